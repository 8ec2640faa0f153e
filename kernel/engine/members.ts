import { types } from "node:util";

/** A property of a live value. */
export interface Member {
  readonly name: string;
  /** `function`, `class` or `property`. */
  readonly type: "function" | "class" | "property";
}

// Objects that serve as tables have more keys than anybody looks through.
const most = 2000;

/**
 * The properties of a live value and of what it inherits from, nearest first, without running anything: no getter, no trap of a
 * proxy, no call.
 */
export function membersOf(value: unknown): Member[] {
  const members = new Map<string, Member>();
  for (const object of chainOf(value)) {
    for (const name of ownNames(object)) {
      if (members.size >= most) return [...members.values()];
      if (members.has(name)) continue;
      const own = descriptorOf(object, name);
      if (own !== undefined) members.set(name, { name, type: typeOf(own.value) });
    }
  }
  return [...members.values()];
}

/**
 * The value at the end of a path of properties that begins at `value`; nothing when the way leads through a getter, a proxy or
 * nowhere.
 */
export function valueAt(value: unknown, path: readonly string[]): { readonly value: unknown } | undefined {
  let at = value;
  for (const name of path) {
    const property = chainOf(at)
      .map((object) => descriptorOf(object, name))
      .find((descriptor) => descriptor !== undefined);
    if (property === undefined || !("value" in property)) return undefined;
    at = property.value;
  }
  return { value: at };
}

/** An object and its prototypes, as far as none is a proxy: even asking one for its prototype runs code. */
export function chainOf(value: unknown): object[] {
  const chain: object[] = [];
  let at: unknown = isObject(value) ? value : prototypeOfPrimitive(value);
  while (isObject(at) && !types.isProxy(at)) {
    chain.push(at);
    at = Object.getPrototypeOf(at);
  }
  return chain;
}

/** An own property. The namespace of a module that is still being evaluated throws for what it has not got yet: that is none. */
export function descriptorOf(object: object, name: string): PropertyDescriptor | undefined {
  try {
    return Object.getOwnPropertyDescriptor(object, name);
  } catch {
    return undefined;
  }
}

function prototypeOfPrimitive(value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  return Object.getPrototypeOf(Object(value));
}

const unwanted = /^(?:\d+|__proto__|__(?:define|lookup)[GS]etter__)$/u;

// The elements of a long list are no names, and there may be millions.
function ownNames(object: object): string[] {
  if (ArrayBuffer.isView(object)) return [];
  if (Array.isArray(object) && object.length > most) return ["length"];
  return Object.getOwnPropertyNames(object).filter((name) => !unwanted.test(name));
}

function typeOf(value: unknown): Member["type"] {
  if (typeof value !== "function") return "property";
  return isClass(value) ? "class" : "function";
}

/** Whether a function is a class. */
export function isClass(value: object): boolean {
  return Object.getOwnPropertyDescriptor(value, "prototype")?.writable === false;
}

/** Whether a value has properties of its own. */
export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
