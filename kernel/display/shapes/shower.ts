import type { MimeBundle } from "../mime.ts";

/** What a {@link Shower} gives: a bundle, at once or later, or nothing. */
export type Shown = MimeBundle | Promise<MimeBundle> | undefined;

/** A way to show values of one kind; nothing for values of others. What it throws, the caller takes for "nothing". */
export type Shower = (value: object) => Shown;

/** Whether an object has these methods, its own or inherited. */
export function hasMethods<Name extends string>(
  value: object,
  ...names: readonly Name[]
): value is Record<Name, (...args: unknown[]) => unknown> {
  return names.every((name) => name in value && typeof Reflect.get(value, name) === "function");
}

/** A field of the object itself, without running a getter. */
export function ownValue(object: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value as unknown;
}
