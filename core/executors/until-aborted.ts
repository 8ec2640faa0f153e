// What a realizer may take to notice that it was cancelled. A whole realization has to be over within a second.
const GRACE_MS = 600;

/**
 * Waits for work, but after an abort no longer than a moment; then throws the signal's reason, whatever became of the work.
 *
 * It answers even when the work never does: when the host broke off a realizer in the middle of a loop, nobody settles the
 * promise of it any more.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const giveUp = (): void => reject(signal.reason);
    const onAbort = (): void => {
      timer = setTimeout(giveUp, GRACE_MS);
    };
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      // Work that ends after an abort may have ended early because of it.
      if (signal.aborted) giveUp();
      else finish();
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}

/**
 * Calls a function in a turn of the event loop of its own, so that a host that breaks it off does not break off the caller.
 */
export function inOwnTurn<T>(run: () => T | Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(run());
      } catch (error) {
        reject(error);
      }
    });
  });
}
