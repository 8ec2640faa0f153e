import { EventEmitter } from "node:events";
import { AsyncLocalStorage } from "node:async_hooks";
import { MessagePort, Worker } from "node:worker_threads";

/** What JavaScript and Node are made of, as it was before cells could change it. */
export interface Builtins {
  /**
   * Puts back what has been changed or deleted since, and gives its names (`Array.prototype.map`). What was added stays, but
   * for what all objects would have.
   */
  restore(): readonly string[];
}

interface Holder {
  readonly name: string;
  readonly object: object;
  readonly keys: readonly PropertyKey[];
  readonly descriptors: readonly PropertyDescriptor[];
  /** Whether all objects inherit from it. */
  readonly isShared: boolean;
}

// Taken as they are now: what restores must not need what is to be restored. For the same reason there are only plain loops below.
const { defineProperty, deleteProperty, getOwnPropertyDescriptor, ownKeys, setPrototypeOf } = Reflect;
const textOf = String;
const { is } = Object;

const globals = [
  "AbortController AbortSignal Blob DOMException TextDecoder TextEncoder performance structuredClone AggregateError Array ArrayBuffer Atomics BigInt Boolean Buffer DataView Date Error EvalError Float64Array Function",
  "Int32Array JSON Map Math Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set SharedArrayBuffer String Symbol",
  "SyntaxError TypeError URL Uint8Array WeakMap WeakRef WeakSet clearInterval clearTimeout console process setImmediate",
  "setInterval setTimeout",
]
  .join(" ")
  .split(" ");

// To look into these would load them, or is what cells may do.
const closed: ReadonlySet<string> = new Set(
  "AbortController AbortSignal Blob DOMException TextDecoder TextEncoder URL console performance process structuredClone".split(
    " ",
  ),
);
const free: ReadonlySet<PropertyKey> = new Set(["prepareStackTrace", "stackTraceLimit"]);

/** Takes note of what JavaScript and Node are made of. */
export function keepBuiltins(): Builtins {
  const holders: Holder[] = [holderOf("globalThis", globalThis, globals)];
  for (const name of globals.filter((one) => !closed.has(one))) {
    const value = (globalThis as Readonly<Record<string, unknown>>)[name];
    if (!isHolder(value)) continue;
    holders.push(holderOf(name, value));
    const prototype: unknown = "prototype" in value ? value.prototype : undefined;
    if (isHolder(prototype)) holders.push(holderOf(`${name}.prototype`, prototype));
  }
  for (const made of [AsyncLocalStorage, EventEmitter, MessagePort, Worker])
    holders.push(holderOf(`${made.name}.prototype`, made.prototype as object));
  holders.push(holderOf("Array Iterator", Object.getPrototypeOf([].values()) as object));
  return { restore: () => restore(holders) };
}

function isHolder(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function holderOf(name: string, object: object, given: readonly PropertyKey[] = ownKeys(object)): Holder {
  const keys = given.filter((key) => !free.has(key));
  return {
    name,
    object,
    keys,
    descriptors: keys.map((key) => bare(getOwnPropertyDescriptor(object, key)) ?? {}),
    isShared: object === Object.prototype || object === Function.prototype,
  };
}

// A descriptor inherits from Object.prototype, too.
function bare(descriptor: PropertyDescriptor | undefined): PropertyDescriptor | undefined {
  if (descriptor !== undefined) setPrototypeOf(descriptor, null);
  return descriptor;
}

// No iterators, and no methods.
function restore(holders: readonly Holder[]): readonly string[] {
  const names: string[] = [];
  for (let at = 0; at < holders.length; at++) {
    const holder = holders[at] as Holder;
    putBack(holder, names);
    if (holder.isShared) removeAdded(holder, names);
  }
  return names;
}

function putBack({ name, object, keys, descriptors }: Holder, names: string[]): void {
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as PropertyKey;
    const before = descriptors[at] as PropertyDescriptor;
    if (isSame(bare(getOwnPropertyDescriptor(object, key)), before)) continue;
    note(names, define(object, key, before) ? `${name}.${textOf(key)}` : `${name}.${textOf(key)} (for good)`);
  }
}

function removeAdded({ name, object, keys }: Holder, names: string[]): void {
  const there = ownKeys(object);
  for (let at = 0; at < there.length; at++) {
    const key = there[at] as PropertyKey;
    if (!isOneOf(keys, key) && deleteProperty(object, key)) note(names, `${name}.${textOf(key)}`);
  }
}

function isOneOf(keys: readonly PropertyKey[], key: PropertyKey): boolean {
  for (let at = 0; at < keys.length; at++) if (keys[at] === key) return true;
  return false;
}

function isSame(now: PropertyDescriptor | undefined, before: PropertyDescriptor): boolean {
  if (now === undefined) return false;
  // Node makes some globals when they are first asked for.
  if (before.get !== undefined && typeof now.value === "function") return true;
  return is(now.value, before.value) && now.get === before.get && now.set === before.set;
}

function note(names: string[], name: string): void {
  const value = { __proto__: null, value: name, configurable: true, enumerable: true, writable: true };
  defineProperty(names, names.length, value as PropertyDescriptor);
}

function define(object: object, key: PropertyKey, descriptor: PropertyDescriptor): boolean {
  try {
    return defineProperty(object, key, descriptor);
  } catch {
    return false;
  }
}
