import { inspect, types } from "node:util";
import { isStage, isStagePath } from "../config.ts";
import { isRefPath, pathSegments } from "../path.ts";
import { drefOf, isDRef, isRRef, parseDRef, type DRef, type RRef } from "../ref.ts";
import type { Build } from "../stage/build.ts";
import type { Closure, Derivation } from "../stage/closure.ts";
import { derivationsOf } from "../stage/describe.ts";
import type { Stage } from "../stage/stage.ts";
import type { StoreOption } from "../stage/registry.ts";
import { openStore, type Store } from "../store/store.ts";
import { accessors } from "./accessors.ts";
import { fieldNames, stagePlace, step, type Ground, type Place } from "./place.ts";
import { isPlainObject, objectLens } from "./object-lens.ts";
import type { Lens, ObjectLens } from "./types.ts";

/** Where a lens may start. */
export type LensStart<C = unknown> = Stage<C> | DRef<C> | RRef<C> | Closure<C> | Build<C>;

/**
 * A lens: a typed walk from a stage, derivation, realization, closure or build through configs, dependencies and artifacts.
 *
 * Each field of the config is a lens again, and a field that holds a dependency goes on into its config. From a realization
 * on, dependencies lead to the very realizations that it was made from. At every place the accessors answer: `val optval dref
 * rref rrefs refpath syspath contents json`; `get(name)` reaches fields that are called like one of them.
 *
 * From a plain object or array, fields lead to the values in it, to be read and (`lens(config).model.lr.val = 0.1`) assigned,
 * and on into the stages and addresses that it holds.
 *
 * @throws {TypeError} when it cannot start there
 *
 * @example
 * ```ts
 * const hello = await realize(helloBin);
 * lens(hello).bin.syspath;    // the promised artifact
 * lens(hello).src.url.val;    // a field of the dependency's config
 * lens(hello).src.rref;       // the realization of the dependency that hello was made from
 * ```
 */
export function lens<C>(start: LensStart<C>, options?: StoreOption): Lens<C>;
export function lens<T extends object>(start: T, options?: StoreOption): ObjectLens<T>;
export function lens(start: unknown, options: StoreOption = {}): unknown {
  if (isObjectStart(start)) return objectLens(start, (inner) => proxyOf(innerPlace(inner, options)));
  return proxyOf(startPlace(start, options));
}

/** Whether a lens starts at an object of the caller's own, and not at something of a store. */
function isObjectStart(start: unknown): start is object {
  if (!isPlainObject(start) || isStage(start) || lensPlace(start) !== undefined) return false;
  return !isKind(start, "closure") && !isKind(start, "build");
}

/** The place of a stage, an address, or a path into one. */
function innerPlace(start: unknown, options: StoreOption): Place {
  if (isStagePath(start)) return intoPlace(startPlace(start.stage, options), start.segments);
  if (isRefPath(start)) return intoPlace(startPlace(start[0], options), pathSegments(start));
  return startPlace(start, options);
}

function intoPlace(place: Place, segments: readonly string[]): Place {
  const { ground, dref, rrefs, trail } = place;
  return stagePlace(ground, dref, { rrefs, trail, segments });
}

/** A lens for a build: self paths lead into `out`, dependencies to what the context names. */
export function buildLens<C>(dref: DRef<C>, ground: Ground): Lens<C> {
  return proxyOf(
    stagePlace(ground, dref, { rrefs: undefined, trail: `lens(${parseDRef(dref).name})` }),
  ) as Lens<C>;
}

/** Whether a value is a lens, and where it points. */
export function lensPlace(value: unknown): Place | undefined {
  return typeof value === "object" && value !== null ? places.get(value) : undefined;
}

const places: WeakMap<object, Place> = new WeakMap();

function startPlace(start: unknown, { store }: StoreOption): Place {
  if (isRRef(start)) return startAt(drefOf(start), { store, rrefs: [start] });
  if (isDRef(start)) return startAt(start, { store });
  if (isStage(start)) {
    const derivations = derivationsOf(start as Stage);
    return startAt(derivations.at(-1)?.dref as DRef, { store, derivations });
  }
  if (isKind(start, "closure")) {
    const { dref, derivations, store: own } = start as Closure;
    return startAt(dref, { store: store ?? own, derivations });
  }
  const place = isKind(start, "build") ? lensPlace((start as Build).lens) : lensPlace(start);
  if (place !== undefined) return place;
  if (types.isPromise(start))
    throw new TypeError("Cannot start a lens at a promise: await it first, as in lens(await realize(stage))");
  throw new TypeError(
    `Cannot start a lens at ${inspect(start, { depth: 0 })}: it starts at a stage, derivation, realization, closure, build or plain object`,
  );
}

interface Start {
  readonly store: Store | undefined;
  readonly rrefs?: readonly RRef[];
  readonly derivations?: readonly Derivation[];
}

function startAt(dref: DRef, { store = openStore(), rrefs, derivations = [] }: Start): Place {
  const configs = new Map(derivations.map((one) => [one.dref, one.config]));
  const ground: Ground = { store, config: (wanted) => configs.get(wanted) ?? store.config(wanted) };
  return stagePlace(ground, dref, { rrefs, trail: `lens(${parseDRef(dref).name})` });
}

function proxyOf(place: Place): object {
  // Inspection shows the target of a proxy and not the proxy, so what is to be seen is put there.
  const target = Object.create(null, {
    [inspect.custom]: { value: () => shown(place), configurable: true },
  }) as object;
  const proxy = new Proxy(target, {
    get: (_, name) => read(place, name),
    has: (_, name) => typeof name === "string" && names(place).includes(name),
    ownKeys: () => names(place),
    getOwnPropertyDescriptor: (_, name) => describe(place, name),
    set: refuseChange,
    defineProperty: refuseChange,
    deleteProperty: refuseChange,
  });
  places.set(proxy, place);
  return proxy;
}

function read(place: Place, name: string | symbol): unknown {
  if (typeof name === "symbol") return readSymbol(place, name);
  if (name === "get") return (field: string | number) => proxyOf(step(place, String(field)));
  if (Object.hasOwn(accessors, name)) return accessors[name as keyof typeof accessors](place);
  const next = step(place, name);
  // Asked by `await`, `JSON.stringify` and String(): a lens on a missing field would be taken for a function there.
  const isProbe =
    name === "then" ||
    name === "toJSON" ||
    name === "toString" ||
    name === "valueOf" ||
    name === "constructor";
  return next.kind === "missing" && isProbe ? undefined : proxyOf(next);
}

function readSymbol(place: Place, name: symbol): unknown {
  if (name === inspect.custom) return () => shown(place);
  return name === Symbol.toPrimitive ? () => shown(place) : undefined;
}

function names(place: Place): string[] {
  return [...new Set([...fieldNames(place), ...Object.keys(accessors), "get"])];
}

/** Accessors are getters, so that whoever lists a lens (completion does) reads no file by it. */
function describe(place: Place, name: string | symbol): PropertyDescriptor | undefined {
  if (typeof name === "symbol" || !names(place).includes(name)) return undefined;
  return { configurable: true, enumerable: fieldNames(place).includes(name), get: () => read(place, name) };
}

function refuseChange(): never {
  throw new TypeError(
    "Cannot change a lens: what is in the store never changes. Make a stage with another config instead",
  );
}

function shown(place: Place): string {
  return `${place.trail} -> ${pointsTo(place)}`;
}

function pointsTo(place: Place): string {
  switch (place.kind) {
    case "missing":
      return "nothing";
    case "value":
      return JSON.stringify(place.value);
    case "stage":
      return [place.rrefs?.join(", ") || place.dref, ...place.segments].join("/");
  }
}

function isKind(value: unknown, kind: string): boolean {
  // A lens answers to every name, `kind` among them; it is told by the register.
  return (
    typeof value === "object" &&
    value !== null &&
    !places.has(value) &&
    "kind" in value &&
    value.kind === kind
  );
}
