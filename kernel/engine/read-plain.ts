// oxlint-disable typescript/unbound-method -- Getters are compared and applied, never called by themselves.
import { types } from "node:util";

// Accessors of the platform itself, which newer versions of V8 use for what used to be plain properties.
const trusted: ReadonlySet<unknown> = new Set(
  [
    Object.getOwnPropertyDescriptor(new Error("probe"), "stack"),
    Object.getOwnPropertyDescriptor(Error.prototype, "stack"),
    ...["name", "message", "code"].map((key) => Object.getOwnPropertyDescriptor(DOMException.prototype, key)),
  ].flatMap((descriptor) => (descriptor?.get === undefined ? [] : [descriptor.get])),
);

/** A property of an object or of what it inherits from, unless code of its own (a getter, a proxy) would have to run for it. */
export function readPlain(object: object, key: string): unknown {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (types.isProxy(at)) return undefined;
    const descriptor = Object.getOwnPropertyDescriptor(at, key);
    if (descriptor === undefined) continue;
    if (descriptor.get === undefined) return descriptor.value;
    return trusted.has(descriptor.get) ? (Reflect.apply(descriptor.get, object, []) as unknown) : undefined;
  }
  return undefined;
}
