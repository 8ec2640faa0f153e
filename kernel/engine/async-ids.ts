import { Interrupted } from "./errors.ts";

// The function that Node calls for an error that nobody caught, as it was before cells could change it. Its name is an old one, and it is on
// `process` because it always was.
const { _fatalException: afterUncaught } = process as unknown as {
  _fatalException?: (error: unknown) => boolean;
};

/**
 * Empties the stack of asynchronous operations that Node keeps beside V8's. Termination unwinds V8's only, and Node aborts the process
 * when it finds its own one out of step.
 *
 * Node itself does so after an error that nobody caught, so it is told of one, which nobody hears of: the process emits nothing
 * meanwhile, and what captures such errors has no interest in an interrupt.
 */
export function clearAsyncIds(): void {
  const own = Object.getOwnPropertyDescriptor(process, "emit");
  // "There was a listener": otherwise Node would prepare for the end.
  const value = (): boolean => true;
  Object.defineProperty(process, "emit", { value, configurable: true, writable: true });
  try {
    afterUncaught?.(new Interrupted());
  } finally {
    if (own === undefined) Reflect.deleteProperty(process, "emit");
    else Object.defineProperty(process, "emit", own);
  }
}
