import { types } from "node:util";
import { chainOf, descriptorOf, isClass, isObject } from "./members.ts";

/** What can be said of a live value without running anything of its own. */
export interface LiveValue {
  /** What it is, and how large: `Map(3)`, `string of 500 characters`. */
  readonly kind: string;
  /** What is in it, as far as a few lines go. */
  readonly preview: string;
  /** The code of a function or class, without types. */
  readonly source?: string;
}

/** What somebody says of a value whose kind they know, without running anything of its own. */
export interface KnownValue {
  /** What it is, in a few words: `stage net`. */
  readonly kind: string;
  /** What there is to see of it; nothing, where the kind says all. */
  readonly shown?: object;
}

/** Knows values of some kinds; never asked about proxies. */
export type Knower = (value: object) => KnownValue | undefined;

// The platform's own, whatever cells make of the prototypes later.
const sourceOf = Function.prototype.toString;
const mapEntries = Map.prototype.entries;
const setValues = Set.prototype.values;
const isoText = Date.prototype.toISOString;
const timeOf = Date.prototype.getTime;
const nextOfMap = prototypeOf(new Map().entries()).next;
const nextOfSet = prototypeOf(new Set().values()).next;
const sizeOfMap = getterOf(Map.prototype, "size");
const sizeOfSet = getterOf(Set.prototype, "size");
const sourceOfRegExp = getterOf(RegExp.prototype, "source");
const flagGetters = [
  ["d", "hasIndices"],
  ["g", "global"],
  ["i", "ignoreCase"],
  ["m", "multiline"],
  ["s", "dotAll"],
  ["u", "unicode"],
  ["v", "unicodeSets"],
  ["y", "sticky"],
].map(([flag = "", name = ""]) => [flag, getterOf(RegExp.prototype, name)] as const);
const lengthOfTyped = getterOf(Object.getPrototypeOf(Uint8Array.prototype) as object, "length");

const most = { text: 200, entries: 12, nested: 5, depth: 3, preview: 2000, source: 8000 } as const;

/** Describes a live value: no getter runs, no trap of a proxy, no method, no conversion to text. */
export function describeValue(value: unknown, knower: Knower = () => undefined): LiveValue {
  const known = isObject(value) && !types.isProxy(value) ? knower(value) : undefined;
  const look: Look = { depth: 0, knower };
  if (known !== undefined) {
    const { kind, shown } = known;
    return { kind, preview: shown === undefined ? kind : shorten(previewOf(shown, look), most.preview) };
  }
  const preview = shorten(previewOf(value, look), most.preview);
  const kind = kindOf(value);
  if (typeof value !== "function" || types.isProxy(value)) return { kind, preview };
  return { kind, preview, source: shorten(Reflect.apply(sourceOf, value, []), most.source) };
}

function kindOf(value: unknown): string {
  if (typeof value === "string") return `string of ${value.length} characters`;
  if (!isObject(value)) return value === null ? "null" : typeof value;
  const name = headOf(value);
  if (name !== "Object" || types.isProxy(value)) return name;
  const { length } = Object.keys(value);
  return `object with ${length} ${length === 1 ? "key" : "keys"}`;
}

// What stands in front of the braces.
function headOf(value: object): string {
  if (types.isProxy(value)) return "Proxy";
  if (typeof value === "function") return isClass(value) ? "class" : "function";
  const name = classOf(value);
  const size = sizeOf(value);
  return size === undefined ? name : `${name}(${size})`;
}

function classOf(value: object): string {
  const made = firstOf(value, "constructor");
  if (made === undefined && chainOf(value).length === 1) return "Object without prototype";
  const name = typeof made === "function" && !types.isProxy(made) ? firstOf(made, "name") : undefined;
  return typeof name === "string" && name !== "" ? name : "Object";
}

function sizeOf(value: object): number | undefined {
  if (Array.isArray(value)) return value.length;
  if (types.isTypedArray(value)) return Reflect.apply(lengthOfTyped, value, []) as number;
  if (types.isMap(value)) return Reflect.apply(sizeOfMap, value, []) as number;
  if (types.isSet(value)) return Reflect.apply(sizeOfSet, value, []) as number;
  return undefined;
}

interface Look {
  /** How many values it is in. */
  readonly depth: number;
  readonly knower: Knower;
}

function previewOf(value: unknown, look: Look): string {
  if (typeof value === "string") return JSON.stringify(shorten(value, most.text));
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (!isObject(value)) return String(value);
  if (types.isProxy(value)) return "Proxy";
  return typeof value === "function" ? signatureOf(value) : previewOfObject(value, look);
}

function previewOfObject(value: object, look: Look): string {
  const { depth, knower } = look;
  const known = depth === 0 ? undefined : knower(value);
  if (known !== undefined) return known.kind;
  if (types.isDate(value)) return dateText(value);
  if (types.isRegExp(value)) return regExpText(value);
  if (types.isPromise(value)) return "Promise";
  if (types.isNativeError(value)) {
    const message = firstOf(value, "message");
    return typeof message === "string" && message !== "" ? `${classOf(value)}: ${message}` : classOf(value);
  }
  const isList = Array.isArray(value) || types.isTypedArray(value);
  const isShort = Array.isArray(value) && value.length <= most.nested;
  const head = isShort && classOf(value) === "Array" ? "Array" : headOf(value);
  // At the top, the kind says it already.
  const front = depth === 0 || head === "Object" || head === "Array" ? "" : `${head} `;
  if (depth >= most.depth) return front === "" ? (isList ? "[...]" : "{...}") : front.trimEnd();
  const { parts, more } = entriesOf(value, look);
  const all = more > 0 ? [...parts, `... ${more} more`] : parts;
  if (isList) return `${front}[${all.join(", ")}]`;
  return all.length === 0 ? `${front}{}` : `${front}{ ${all.join(", ")} }`;
}

interface Entries {
  readonly parts: readonly string[];
  /** How many others there are. */
  readonly more: number;
}

function entriesOf(value: object, { depth, knower }: Look): Entries {
  const room = depth === 0 ? most.entries : most.nested;
  const inner = (one: unknown): string => previewOf(one, { depth: depth + 1, knower });
  if (types.isMap(value)) {
    const parts = take(Reflect.apply(mapEntries, value, []), nextOfMap, room).map((entry) => {
      const [key, one] = entry as [unknown, unknown];
      return `${inner(key)} => ${inner(one)}`;
    });
    return { parts, more: (sizeOf(value) ?? 0) - parts.length };
  }
  if (types.isSet(value)) {
    const parts = take(Reflect.apply(setValues, value, []), nextOfSet, room).map(inner);
    return { parts, more: (sizeOf(value) ?? 0) - parts.length };
  }
  const length = Array.isArray(value) || types.isTypedArray(value) ? (sizeOf(value) ?? 0) : undefined;
  const keys = length === undefined ? Object.keys(value) : indexes(Math.min(length, room));
  const parts = keys.slice(0, room).map((key) => {
    const text = propertyText(descriptorOf(value, key), inner);
    return length === undefined ? `${keyText(key)}: ${text}` : text;
  });
  return { parts, more: (length ?? keys.length) - parts.length };
}

function propertyText(property: PropertyDescriptor | undefined, inner: (value: unknown) => string): string {
  if (property === undefined) return "<empty>";
  return "value" in property ? inner(property.value) : "[Getter]";
}

function indexes(length: number): string[] {
  return Array.from({ length }, (_, index) => String(index));
}

function take(iterator: object, next: () => unknown, count: number): unknown[] {
  const taken: unknown[] = [];
  while (taken.length < count) {
    const step = Reflect.apply(next, iterator, []) as IteratorResult<unknown>;
    if (step.done === true) break;
    taken.push(step.value);
  }
  return taken;
}

// `class Model extends Base`, `fit(epochs, options)`.
function signatureOf(value: object): string {
  const text = Reflect.apply(sourceOf, value, []);
  const name = firstOf(value, "name");
  if (isClass(value)) return /^class[^{]*/u.exec(text)?.[0].trim() ?? "class";
  const parameters = /^[^(]*?(\([^()]*\))/u.exec(text)?.[1] ?? "()";
  // Types that were taken out have left blanks.
  const plain = parameters.replaceAll(/\s+/gu, " ").replaceAll(/ (?=[,)])/gu, "");
  return `function ${typeof name === "string" ? name : ""}${plain}`;
}

function regExpText(value: RegExp): string {
  const flags = flagGetters.map(([flag, getter]) => (Reflect.apply(getter, value, []) === true ? flag : ""));
  return `/${String(Reflect.apply(sourceOfRegExp, value, []))}/${flags.join("")}`;
}

function dateText(value: Date): string {
  const time = Reflect.apply(timeOf, value, []);
  return Number.isNaN(time) ? "Invalid Date" : Reflect.apply(isoText, value, []);
}

// The value of the nearest property of that name, if it is no getter.
function firstOf(value: object, name: string): unknown {
  for (const object of chainOf(value)) {
    const property = descriptorOf(object, name);
    if (property !== undefined) return property.value as unknown;
  }
  return undefined;
}

function keyText(key: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? key : JSON.stringify(shorten(key, most.text));
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}... ${text.length - length} more characters`;
}

function getterOf(object: object, name: string): () => unknown {
  const getter = Object.getOwnPropertyDescriptor(object, name)?.get;
  if (getter === undefined) throw new TypeError(`There is no getter "${name}"`);
  return getter;
}

function prototypeOf<T>(value: T): T {
  return Object.getPrototypeOf(value) as T;
}
