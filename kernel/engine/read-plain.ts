// oxlint-disable typescript/unbound-method -- Getters are compared and applied, never called by themselves.
import { types } from "node:util";
import { Script } from "node:vm";

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
  const { get, value } = find(object, key) ?? {};
  if (get === undefined) return value as unknown;
  return trusted.has(get) ? (Reflect.apply(get, object, []) as unknown) : undefined;
}

const patienceMs = 100;
const question = Symbol.for("lightnix.question");
const ask = new Script(`globalThis[Symbol.for("${Symbol.keyFor(question)}")]()`);

/** As {@link readPlain}, but a getter of the object's own may run for it, for a moment: one that throws or does not end answers nothing. */
export function readBriefly(object: object, key: string): unknown {
  const { get } = find(object, key) ?? {};
  if (get === undefined || trusted.has(get)) return readPlain(object, key);
  const value = (): unknown => Reflect.apply(get, object, []) as unknown;
  try {
    Object.defineProperty(globalThis, question, { value, configurable: true });
    return ask.runInThisContext({ timeout: patienceMs, displayErrors: false }) as unknown;
  } catch {
    return undefined;
  } finally {
    Reflect.deleteProperty(globalThis, question);
  }
}

function find(object: object, key: string): PropertyDescriptor | undefined {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (types.isProxy(at)) return undefined;
    const descriptor = Object.getOwnPropertyDescriptor(at, key);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}
