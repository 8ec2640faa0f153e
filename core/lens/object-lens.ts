import { inspect } from "node:util";
import { isStage, isStagePath } from "../config.ts";
import { LightnixError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { isRefPath } from "../path.ts";
import { isDRef, isRRef } from "../ref.ts";
import { accessors } from "./accessors.ts";

/** A field of an object that one holds oneself: where it is, and how one came there. */
interface Slot {
  /** Undefined at the start. */
  readonly holder: Slot | undefined;
  readonly field: string;
  readonly start: object;
  /** How one came here, as one would write it: `lens(object).model.lr`. */
  readonly trail: string;
}

/** Makes the lens on something in the object that has a lens of its own: a stage, derivation, realization, or a path into one. */
export type StoredLens = (start: unknown) => unknown;

/**
 * A lens on a plain object. It reads what is there at the moment of reading, goes on into stages and addresses by `stored`, and
 * can be written to by `val`.
 */
export function objectLens(start: object, stored: StoredLens): object {
  return slotLens({ holder: undefined, field: "", start, trail: "lens(object)" }, stored);
}

/** Whether a lens may start at a value as at an object: it is one of somebody's own, and not of a class. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function slotLens(slot: Slot, stored: StoredLens): object {
  const shown = (): string => `${slot.trail} -> ${inspect(valueOf(slot), { depth: 1 })}`;
  const target = Object.create(null, { [inspect.custom]: { value: shown, configurable: true } }) as object;
  return new Proxy(target, {
    get: (_, name) => {
      if (typeof name === "symbol")
        return name === inspect.custom || name === Symbol.toPrimitive ? shown : undefined;
      return read(slot, name, stored);
    },
    has: (_, name) => typeof name === "string" && fieldsOf(slot).includes(name),
    ownKeys: () => [...new Set([...fieldsOf(slot), "val", "optval", "get"])],
    getOwnPropertyDescriptor: (_, name) =>
      typeof name === "string" && [...fieldsOf(slot), "val", "optval", "get"].includes(name)
        ? {
            configurable: true,
            enumerable: fieldsOf(slot).includes(name),
            get: () => read(slot, name, stored),
          }
        : undefined,
    set: (_, name, value: unknown) => {
      write(slot, name, value);
      return true;
    },
    defineProperty: (_, name) => refuseField(slot, name),
    deleteProperty: (_, name) => refuseField(slot, name),
  });
}

function read(slot: Slot, name: string, stored: StoredLens): unknown {
  if (name === "get") return (field: string | number) => follow(slot, String(field), stored);
  if (name === "optval") return valueOf(slot);
  if (name === "val") return existing(slot);
  if (Object.hasOwn(accessors, name)) throw noPlace(slot, name);
  // Asked by `await`, `JSON.stringify` and String().
  const isProbe = ["then", "toJSON", "toString", "valueOf", "constructor"].includes(name);
  return isProbe && !fieldsOf(slot).includes(name) ? undefined : follow(slot, name, stored);
}

function follow(slot: Slot, field: string, stored: StoredLens): unknown {
  const next = { holder: slot, field, start: slot.start, trail: slot.trail + shownField(field) };
  const value = valueOf(next);
  return leadsIntoStore(value) ? stored(value) : slotLens(next, stored);
}

function leadsIntoStore(value: unknown): boolean {
  return isStage(value) || isStagePath(value) || isDRef(value) || isRRef(value) || isRefPath(value);
}

function valueOf({ holder, field, start }: Slot): unknown {
  if (holder === undefined) return start;
  const container = valueOf(holder);
  if (typeof container !== "object" || container === null || !Object.hasOwn(container, field))
    return undefined;
  return (container as Record<string, unknown>)[field];
}

function existing(slot: Slot): unknown {
  const value = valueOf(slot);
  if (value !== undefined || slot.holder === undefined) return value;
  throw noSuchField(slot, slot.holder);
}

function write(slot: Slot, name: string | symbol, value: unknown): void {
  if (name !== "val") refuseField(slot, name);
  const { holder, field } = slot;
  if (holder === undefined)
    throw new TypeError("Cannot change the start of a lens: it is the object itself. Assign to its fields");
  const container = valueOf(holder);
  if (typeof container !== "object" || container === null) throw noSuchField(holder, holder.holder ?? holder);
  // Defined, where an assignment to `__proto__` would set the prototype.
  Object.defineProperty(container, field, { value, writable: true, enumerable: true, configurable: true });
}

function refuseField({ trail }: Slot, name: string | symbol): never {
  throw new TypeError(
    `Cannot assign to a lens: assign to the value of the field, as in ${trail}.${String(name)}.val = 1`,
  );
}

function fieldsOf(slot: Slot): string[] {
  const value = valueOf(slot);
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}

function noSuchField({ trail, field }: Slot, holder: Slot): LightnixError {
  const fields = fieldsOf(holder);
  const there =
    fields.length === 0
      ? "and there are no fields"
      : `only: ${fields.join(", ")}.${didYouMean(field, fields)}`;
  return new LightnixError(
    "no-such-field",
    `Cannot follow ${trail}: ${holder.trail} has no field "${field}", ${there}`,
    {
      data: { trail, at: holder.trail, field, fields },
    },
  );
}

function noPlace(slot: Slot, wanted: string): LightnixError {
  existing(slot);
  return new LightnixError(
    "no-place",
    `Cannot read ${slot.trail}.${wanted}: it is a value in an object of your own, and no stage or path into one. Its value is .val`,
    { data: { trail: slot.trail } },
  );
}

function shownField(field: string): string {
  if (/^\d+$/.test(field)) return `[${field}]`;
  return /^[A-Za-z_$][\w$]*$/.test(field) ? `.${field}` : `.get(${JSON.stringify(field)})`;
}
