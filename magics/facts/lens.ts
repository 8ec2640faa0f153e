import { lstatSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import { inspect } from "node:util";
import { checkConfig, isStage, isStagePath } from "../../core/config.ts";
import type { Json } from "../../core/config.ts";
import { lens, outcomes } from "../../core/index.ts";
import type { DRef, RRef, Stage } from "../../core/index.ts";
import { lensPlace } from "../../core/lens/lens.ts";
import type { MissingPlace } from "../../core/lens/place.ts";
import { isSelfPath, pathSegments } from "../../core/path.ts";
import { isDRef, isRRef } from "../../core/ref.ts";
import type { Store } from "../../core/store/store.ts";
import { MagicError } from "../errors.ts";
import { readPlace } from "./artifacts.ts";
import type { Artifact } from "./artifacts.ts";
import { readRealization } from "./realization.ts";
import type { RealizationFacts } from "./realization.ts";
import { readDerivation, readStage } from "./stage.ts";
import type { StageFacts } from "./stage.ts";

/** Where an expression points, as `%lens` shows it. */
export type LensFacts =
  | { readonly kind: "value"; readonly trail: string; readonly value: Json }
  /** Something that is no JSON, as Node would print it. */
  | { readonly kind: "other"; readonly trail: string; readonly text: string }
  | { readonly kind: "artifact"; readonly trail: string; readonly path: string; readonly artifact: Artifact }
  /** A path into a realization of which it is not known which one is meant, or that does not exist. */
  | {
      readonly kind: "promise";
      readonly trail: string;
      readonly segments: readonly string[];
      readonly reason: string;
    }
  | {
      readonly kind: "realizations";
      readonly trail: string;
      readonly realizations: readonly RealizationFacts[];
    }
  | { readonly kind: "stage"; readonly trail: string; readonly stage: StageFacts };

/** A lens, or what else the expression was, with the expression as it was typed. */
export interface LensTarget {
  readonly value: unknown;
  readonly text: string;
}

/**
 * Reads what an expression points at: a lens, a reference, a stage, a path into a stage, an absolute path inside the
 * store, or any other value.
 *
 * @throws LightnixError of core's lens when it leads nowhere
 */
export async function readLens({ value, text }: LensTarget, store: Store): Promise<LensFacts> {
  const place = lensPlace(value);
  if (place !== undefined) return readLensPlace(value, store);
  if (isRRef(value))
    return { kind: "realizations", trail: text, realizations: [readRealization(value, store)] };
  if (isRRefs(value)) {
    return {
      kind: "realizations",
      trail: text,
      realizations: value.map((rref) => readRealization(rref, store)),
    };
  }
  if (isDRef(value)) return { kind: "stage", trail: text, stage: readDerivation(value, store) };
  if (isStage(value)) return { kind: "stage", trail: text, stage: await readStage(value as Stage, store) };
  if (isStagePath(value)) return await readStagePath(value.stage as Stage, value.segments, store);
  if (typeof value === "string" && isInside(value, store.root)) return artifactAt(text, value, store);
  return readValue(text, value);
}

/**
 * A lens that starts at what the matcher takes: at the realization of a stage, when there is one already, and else at
 * the derivation.
 */
export async function walkFrom(start: Stage | DRef | RRef, store: Store): Promise<unknown> {
  const [chosen] = isStage(start) ? await chosenOf(start, store) : [];
  return lens(chosen ?? start, { store });
}

function readLensPlace(value: unknown, store: Store): LensFacts {
  const place = lensPlace(value);
  if (place?.kind === "missing") refuseArtifactField(place);
  if (place === undefined || place.kind === "missing") {
    // Asking a missing place for its value is how core says what is missing.
    return readValue("", (value as { val: unknown }).val);
  }
  const { trail, dref } = place;
  const segments =
    place.kind === "stage" ? place.segments : isSelfPath(place.value) ? pathSegments(place.value) : [];
  if (place.kind === "value" && segments.length === 0) return { kind: "value", trail, value: place.value };
  const rrefs = place.rrefs ?? onlyOne(dref, store);
  if (segments.length > 0) return readArtifact({ trail, dref, segments, rrefs }, store);
  if (rrefs.length === 0) {
    const stage = store.hasDerivation(dref) ? readDerivation(dref, store) : undefined;
    return stage === undefined
      ? readValue(trail, (value as { val: unknown }).val)
      : { kind: "stage", trail, stage };
  }
  return { kind: "realizations", trail, realizations: rrefs.map((rref) => readRealization(rref, store)) };
}

// What a file holds is no part of the config, in which a lens walks.
function refuseArtifactField({ at, trail }: MissingPlace): void {
  const segments = at.kind === "stage" ? at.segments : isSelfPath(at.value) ? pathSegments(at.value) : [];
  if (segments.length === 0) return;
  const inside = `.json${trail.slice(at.trail.length)}`;
  throw new MagicError(
    "no-such-field",
    `Cannot follow ${trail}: ${at.trail} is the artifact ${segments.join("/")}. What a JSON file holds is reached by .json: ${at.trail}${inside}`,
    { trail, at: at.trail },
  );
}

interface ArtifactPlace {
  readonly trail: string;
  readonly dref: DRef;
  readonly segments: readonly string[];
  readonly rrefs: readonly RRef[];
}

function readArtifact({ trail, segments, rrefs }: ArtifactPlace, store: Store): LensFacts {
  const [rref] = rrefs;
  if (rref !== undefined && rrefs.length === 1) {
    return artifactAt(trail, `${store.path(rref)}/${segments.join("/")}`, store);
  }
  const reason =
    rrefs.length > 1
      ? `There are ${rrefs.length} realizations here: take one of .rrefs`
      : "No realization is chosen: start the lens at one, as in lens(await realize(stage))";
  return { kind: "promise", trail, segments, reason };
}

async function readStagePath(stage: Stage, segments: readonly string[], store: Store): Promise<LensFacts> {
  const trail = `${stage.name}.path(${segments.map((segment) => JSON.stringify(segment)).join(", ")})`;
  const rrefs = await chosenOf(stage, store);
  const dref = lens(stage, { store }).dref;
  if (rrefs.length > 0) return readArtifact({ trail, dref, segments, rrefs }, store);
  return {
    kind: "promise",
    trail,
    segments,
    reason: `"${stage.name}" is not realized yet: %realize it first`,
  };
}

async function chosenOf(stage: Stage, store: Store): Promise<readonly RRef[]> {
  const { rows } = await outcomes(stage, { store });
  return rows.filter((row) => row.chosen).map(({ rref }) => rref);
}

// Where no realization was chosen but only one exists, that one is meant.
function onlyOne(dref: DRef, store: Store): readonly RRef[] {
  const all = store.hasDerivation(dref) ? store.realizations(dref) : [];
  return all.length === 1 ? all : [];
}

function artifactAt(trail: string, path: string, store: Store): LensFacts {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
    const reason = "There is no such file or folder in the realization";
    return { kind: "promise", trail, segments: relative(store.root, path).split(sep), reason };
  }
  const name = path.split(sep).at(-1) ?? path;
  return { kind: "artifact", trail, path, artifact: readPlace(path.slice(0, -name.length), name) };
}

function isRRefs(value: unknown): value is readonly RRef[] {
  return Array.isArray(value) && value.length > 0 && value.every(isRRef);
}

function isInside(path: string, root: string): boolean {
  if (!isAbsolute(path) || path.includes("\0")) return false;
  const inner = relative(root, path);
  return inner !== "" && !inner.startsWith("..") && !isAbsolute(inner);
}

function readValue(trail: string, value: unknown): LensFacts {
  try {
    const json = checkConfig({ value })["value"];
    if (json !== undefined) return { kind: "value", trail, value: json };
  } catch {
    // No JSON: shown as Node prints it.
  }
  return {
    kind: "other",
    trail,
    text: inspect(value, { depth: 4, maxArrayLength: 50, maxStringLength: 2000 }),
  };
}
