import { isJsonObject, type Json, type JsonObject } from "../config.ts";
import { contextEntries, type Context } from "../context.ts";
import { isRefPath, isSelfPath, pathSegments } from "../path.ts";
import { isDRef, type DRef, type RRef } from "../ref.ts";
import type { Store } from "../store/store.ts";
import { isChoice, readChoice } from "../sweep/choice.ts";

/** Where a lens reads from. */
export interface Ground {
  readonly store: Store;
  /** The stored config of a derivation, which need not be in the store yet. */
  config(dref: DRef): JsonObject;
  /** For a build: the derivation being built, its output folder and its context. */
  readonly building?: { readonly dref: DRef; readonly out: string; readonly context: Context } | undefined;
}

/** What both kinds of places know. */
interface PlaceBase {
  readonly ground: Ground;
  /** How one came here, as one would write it: `lens(hello-bin).src.url`. */
  readonly trail: string;
  /** The derivation in whose config, or at which, the place is. */
  readonly dref: DRef;
  /** The realizations of `dref` that count here; undefined where none has been chosen. */
  readonly rrefs: readonly RRef[] | undefined;
}

/** A derivation itself, or a path inside its realization. */
export interface StagePlace extends PlaceBase {
  readonly kind: "stage";
  readonly config: JsonObject;
  /** The path inside the realization; empty at the realization as a whole. */
  readonly segments: readonly string[];
}

/** A value in a config that is neither a dependency nor a path into one. */
export interface ValuePlace extends PlaceBase {
  readonly kind: "value";
  readonly value: Json;
}

/** Nothing: the place that a field would lead to if it existed. */
export interface MissingPlace extends PlaceBase {
  readonly kind: "missing";
  /** The lens on which the field was looked for, and what it was called. */
  readonly at: StagePlace | ValuePlace;
  readonly field: string;
}

/** Where a lens points. */
export type Place = StagePlace | ValuePlace | MissingPlace;

/** The place of a derivation. */
export function stagePlace(
  ground: Ground,
  dref: DRef,
  at: {
    readonly rrefs: readonly RRef[] | undefined;
    readonly trail: string;
    readonly segments?: readonly string[];
  },
): StagePlace {
  return { kind: "stage", ground, dref, config: ground.config(dref), segments: [], ...at };
}

/** Goes on to a field. What does not exist is a place too, so that one may ask for it. */
export function step(place: Place, field: string): Place {
  const { ground, dref, rrefs } = place;
  const trail = place.trail + shownField(field);
  if (place.kind === "missing") return { ...place, trail };
  const value = fieldValue(place, field);
  if (value === undefined) return { kind: "missing", ground, dref, rrefs, trail, at: place, field };
  const [rref, ...others] = rrefs ?? [];
  if (rref !== undefined && others.length === 0 && place.kind === "stage" && isChoice(place.config, value)) {
    const won = readChoice(ground.store, rref);
    return stagePlace(ground, won.dref, { rrefs: [won.rref], trail });
  }
  const target = dependencyOf(value);
  if (target === undefined) return { kind: "value", ground, dref, rrefs, trail, value };
  const chosen = chosenFor(place, target.dref);
  return stagePlace(ground, target.dref, { rrefs: chosen, trail, segments: target.segments });
}

/** The fields that one can go on to. */
export function fieldNames(place: Place): string[] {
  const container = place.kind === "missing" ? undefined : containerOf(place);
  if (container === undefined) return [];
  return Object.keys(container).filter((field) => !field.startsWith("__"));
}

function fieldValue(place: StagePlace | ValuePlace, field: string): Json | undefined {
  const container = containerOf(place);
  // Own fields only: `length` or `constructor` would otherwise be found on every object.
  if (
    container === undefined ||
    !Object.hasOwn(container, field) ||
    (Array.isArray(container) && field === "length")
  ) {
    return undefined;
  }
  return (container as JsonObject)[field];
}

function containerOf(place: StagePlace | ValuePlace): JsonObject | readonly Json[] | undefined {
  const value = place.kind === "stage" ? place.config : place.value;
  if (isJsonObject(value)) return value;
  return Array.isArray(value) && !isSelfPath(value) ? value : undefined;
}

function dependencyOf(value: Json): { dref: DRef; segments: readonly string[] } | undefined {
  if (isDRef(value)) return { dref: value, segments: [] };
  return isRefPath(value) ? { dref: value[0], segments: pathSegments(value) } : undefined;
}

/** The realizations of a dependency that the realizations at a place were made from. */
function chosenFor({ ground, dref, rrefs }: Place, dependency: DRef): readonly RRef[] | undefined {
  const { building } = ground;
  if (building?.dref === dref) return chosenIn([building.context], dependency);
  return (
    rrefs &&
    chosenIn(
      rrefs.map((rref) => ground.store.context(rref)),
      dependency,
    )
  );
}

function chosenIn(contexts: readonly Context[], dependency: DRef): readonly RRef[] {
  const chosen = contexts.flatMap((context) =>
    contextEntries(context).flatMap(([dref, rrefs]) => (dref === dependency ? rrefs : [])),
  );
  return [...new Set(chosen)].sort();
}

function shownField(field: string): string {
  if (/^\d+$/.test(field)) return `[${field}]`;
  return /^[A-Za-z_$][\w$]*$/.test(field) ? `.${field}` : `.get(${JSON.stringify(field)})`;
}
