import type { MimeBundle } from "../mime.ts";

/** What a {@link Shower} gives: a bundle, at once or later, or nothing. */
export type Shown = MimeBundle | Promise<MimeBundle> | undefined;

/** A way to show values of one kind; nothing for values of others. What it throws, the caller takes for "nothing". */
export type Shower = (value: object) => Shown;

/** Whether an object has these methods, its own or inherited. No getter is run. */
export function hasMethods<Name extends string>(
  value: object,
  ...names: readonly Name[]
): value is Record<Name, (...args: unknown[]) => unknown> {
  return names.every((name) => typeof heldValue(value, name) === "function");
}

/** A field of the object, its own or inherited, unless it is a getter: that is not run. */
export function heldValue(object: object, key: string): unknown {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertyDescriptor(at, key);
    if (found !== undefined) return found.value as unknown;
  }
  return undefined;
}

/** A field of the object itself, unless it is a getter. */
export function ownValue(object: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value as unknown;
}
