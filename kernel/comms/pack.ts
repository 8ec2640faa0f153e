import { types } from "node:util";
import { CommError } from "./errors.ts";

/** Where something stands in data: keys of objects, indices of arrays. */
export type Path = readonly (string | number)[];

/** Data as a message carries it: JSON, and beside it the bytes that stood in it. */
export interface Packed<Data = unknown> {
  readonly data: Data;
  readonly buffers: readonly Uint8Array[];
  /** Where the buffers stood. */
  readonly paths: readonly Path[];
}

/**
 * Takes the bytes out of data, and makes sure that the rest is JSON. Bytes in an array leave a null, bytes in an object
 * nothing, as the widget protocol has it. What is given is not changed; the bytes are its own, and not copied.
 *
 * @param what names the data in errors
 * @throws CommError `not-json`
 */
export function pack<Data>(given: Data, what: string): Packed<Data> {
  const packer = new Packer(what);
  const data = packer.value(given, []) as Data;
  return { data, buffers: packer.buffers, paths: packer.paths };
}

/**
 * Puts bytes back where they stood, in place. They become what stands at the same place in `before`, such as a Float32Array.
 *
 * @throws CommError `misplaced-buffer` when a path leads nowhere
 */
export function unpack({ data, buffers, paths }: Packed, before?: unknown): void {
  for (const [index, path] of paths.entries()) {
    const last = path.at(-1);
    const holder = path.slice(0, -1).reduce<unknown>((inside, key) => childOf(inside, key), data);
    const given = buffers[index];
    const bytes = given && ofKind(path.reduce(childOf, before), given);
    if (last === undefined || typeof holder !== "object" || holder === null || bytes === undefined) {
      throw new CommError(
        "misplaced-buffer",
        `Cannot take buffer ${index} of a message: its path ${JSON.stringify(path)} leads nowhere`,
      );
    }
    Object.defineProperty(holder, last, {
      value: bytes,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
}

/** The bytes of any buffer or view, in the memory where they are. */
function bytesOf(given: ArrayBufferLike | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(given)
    ? new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
    : new Uint8Array(given);
}

/** A copy of bytes, in memory of its own. */
export function copyBytes(given: ArrayBufferLike | ArrayBufferView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytesOf(given));
}

type Kind = new (bytes: ArrayBuffer) => ArrayBufferView;

function ofKind(before: unknown, bytes: Uint8Array): unknown {
  if (types.isAnyArrayBuffer(before)) return copyBytes(bytes).buffer;
  if (!ArrayBuffer.isView(before) || types.isUint8Array(before)) return bytes;
  const { BYTES_PER_ELEMENT: size = 1 } = before as { readonly BYTES_PER_ELEMENT?: number };
  // Of another type than these, and nobody knows which.
  if (bytes.byteLength % size !== 0) return bytes;
  return new (before.constructor as Kind)(copyBytes(bytes).buffer);
}

function childOf(inside: unknown, key: string | number): unknown {
  if (typeof inside !== "object" || inside === null || !Object.hasOwn(inside, key)) return undefined;
  return (inside as Readonly<Record<string | number, unknown>>)[key];
}

class Packer {
  readonly buffers: Uint8Array[] = [];
  readonly paths: Path[] = [];
  readonly #what: string;
  readonly #above = new Set<object>();

  constructor(what: string) {
    this.#what = what;
  }

  /** The value without bytes; undefined where nothing is left. */
  value(given: unknown, path: Path): unknown {
    switch (typeof given) {
      case "string":
      case "boolean":
      case "undefined":
        return given;
      case "number":
        return Number.isFinite(given) ? given : null;
      case "object":
        return given === null ? null : this.#object(given, path);
      case "bigint":
      case "function":
      case "symbol":
        return this.#refuse(path, `a ${typeof given}`);
    }
  }

  #object(given: object, path: Path): unknown {
    if (ArrayBuffer.isView(given) || types.isAnyArrayBuffer(given)) {
      this.buffers.push(bytesOf(given));
      this.paths.push(path);
      return undefined;
    }
    if (this.#above.has(given)) return this.#refuse(path, "a part of itself");
    this.#above.add(given);
    try {
      if ("toJSON" in given && typeof given.toJSON === "function")
        return this.value(given.toJSON(path.at(-1) ?? ""), path);
      if (types.isMap(given) || types.isSet(given) || types.isPromise(given))
        return this.#refuse(path, `a ${given.constructor.name}`);
      return this.#parts(given, path);
    } finally {
      this.#above.delete(given);
    }
  }

  #parts(given: object, path: Path): unknown {
    if (Array.isArray(given)) return given.map((part, index) => this.value(part, [...path, index]) ?? null);
    const parts = Object.entries(given).map(
      ([key, part]) => [key, this.value(part, [...path, key])] as const,
    );
    return Object.fromEntries(parts.filter(([, part]) => part !== undefined));
  }

  #refuse(path: Path, kind: string): never {
    const place = path.length === 0 ? "it" : `"${path.join(".")}"`;
    throw new CommError(
      "not-json",
      `Cannot send ${this.#what}: ${place} is ${kind}, which JSON does not have`,
    );
  }
}
