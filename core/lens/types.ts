import type { StageLike, StagePath } from "../config.ts";
import type { RefPath, SelfPath } from "../path.ts";
import type { DRef, RRef } from "../ref.ts";
import type { ChoicePath } from "../sweep/choice.ts";

/**
 * A config as the store has it: every stage replaced by its derivation, every path into a stage by a ref path.
 */
export type Stored<C> = C extends
  | DRef
  | RRef
  | SelfPath
  | RefPath
  | string
  | number
  | boolean
  | null
  | undefined
  ? C
  : C extends StagePath<infer D>
    ? RefPath<D>
    : C extends StageLike<infer D>
      ? DRef<D>
      : C extends object
        ? { readonly [K in keyof C]: Stored<C[K]> }
        : C;

/** The names that a lens keeps for itself. A field of such a name is reached by `get`. */
export type AccessorName =
  | "val"
  | "optval"
  | "dref"
  | "rref"
  | "rrefs"
  | "refpath"
  | "syspath"
  | "contents"
  | "json"
  | "get";

/** What only the reader knows the type of, as with `JSON.parse`. */
export type Unchecked = ReturnType<typeof JSON.parse>;

/** What every lens answers. */
export interface ValueLens<V> {
  /** The value in the config. @throws {LightnixError} `no-such-field` */
  readonly val: V;
  /** The value in the config, or undefined where there is none. */
  readonly optval: V | undefined;
  /** A lens on a field, also on one whose name the lens keeps for itself. */
  get<K extends keyof V>(field: K): FieldLens<V[K]>;
  get(field: string | number): UntypedLens;
}

/** What a lens on a place in a realization answers. */
export interface PlaceLens {
  /** The absolute path. @throws {LightnixError} `no-realization`, `several-realizations` */
  readonly syspath: string;
  /** The file's text. @throws {LightnixError} `unreadable-artifact` */
  readonly contents: string;
  /** What the JSON file holds. @throws {LightnixError} `unreadable-artifact` */
  readonly json: Unchecked;
  /** The place as a ref path. @throws {LightnixError} `no-place` where there is none, as in a whole realization */
  readonly refpath: RefPath;
}

/** What a lens on a derivation or realization answers. */
export interface StageLens<C> extends PlaceLens {
  /** The config. */
  readonly val: Stored<C>;
  readonly optval: Stored<C> | undefined;
  /** The derivation. */
  readonly dref: DRef<C>;
  /** Its realization. @throws {LightnixError} `no-realization`, `several-realizations` */
  readonly rref: RRef<C>;
  /** Its realizations, be it one or several. @throws {LightnixError} `no-realization` */
  readonly rrefs: readonly RRef<C>[];
  /** A lens on a field, also on one whose name the lens keeps for itself. */
  get<K extends keyof C>(field: K): FieldLens<C[K]>;
  get(field: string | number): UntypedLens;
}

/** A lens on something whose type is not known: it answers everything, and what does not apply throws. */
// Fields are unchecked and no lenses of this type, so that every other lens passes where one of this type is asked for.
export type UntypedLens = {
  readonly [field: string]: Unchecked;
} & {
  readonly val: Unchecked;
  readonly optval: Unchecked;
  readonly dref: DRef;
  readonly rref: RRef;
  readonly rrefs: readonly RRef[];
  readonly refpath: RefPath;
  readonly syspath: string;
  readonly contents: string;
  readonly json: Unchecked;
  get(field: string | number): UntypedLens;
};

/**
 * A typed walk from a derivation, a realization or a build through its config, its dependencies and their artifacts.
 * `C` is the type of the config.
 */
export type Lens<C = unknown> = unknown extends C ? UntypedLens : StageLens<C> & FieldLenses<C>;

/** A lens on a field whose value is of type `T`. */
export type FieldLens<T> = unknown extends T
  ? UntypedLens
  : T extends DRef<infer D> | RRef<infer D> | RefPath<infer D>
    ? Lens<D>
    : T extends StagePath<infer D>
      ? Lens<D>
      : T extends StageLike<infer D>
        ? Lens<D>
        : T extends ChoicePath<infer D>
          ? Lens<D>
          : T extends SelfPath
            ? ValueLens<T> & PlaceLens
            : T extends readonly (infer E)[]
              ? ValueLens<Stored<T>> & { readonly [index: number]: FieldLens<E> }
              : T extends object
                ? ValueLens<Stored<T>> & FieldLenses<T>
                : ValueLens<T>;

/** A lens on a plain object, or on a value in it. */
export type ObjectLens<T> = {
  /** The value as it is now. Assigning to it changes the object, except at the start. */
  val: T;
  /** The value, or undefined where there is none. */
  readonly optval: T | undefined;
  /** A lens on a field, also on one whose name the lens keeps for itself. */
  get<K extends keyof T>(field: K): ObjectFieldLens<T[K]>;
} & (T extends string | number | boolean | null ? unknown : ObjectFieldLenses<T>);

type ObjectFieldLenses<T> = {
  readonly [K in keyof T as Exclude<K, AccessorName>]-?: ObjectFieldLens<Exclude<T[K], undefined>>;
};

/** A lens on a field of a plain object: on what has a place in a store as ever, on a value as on an object. */
export type ObjectFieldLens<T> = unknown extends T
  ? UntypedLens & { val: Unchecked }
  : T extends DRef | RRef | RefPath | StagePath | StageLike
    ? FieldLens<T>
    : ObjectLens<T>;

/** Lenses on the fields of an object; optional fields have one too, which `optval` asks. */
export type FieldLenses<T> = {
  readonly [K in keyof T as Exclude<K, AccessorName>]-?: FieldLens<Exclude<T[K], undefined>>;
};
