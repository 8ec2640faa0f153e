import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { isJsonObject, type Json } from "../config.ts";
import { errorCode, LightnixError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { parseJson } from "../parse-json.ts";
import { isSelfPath, pathSegments, type RefPath } from "../path.ts";
import { parseDRef, type DRef, type RRef } from "../ref.ts";
import { fieldNames, type MissingPlace, type Place, type StagePlace, type ValuePlace } from "./place.ts";
import type { AccessorName, Unchecked } from "./types.ts";

/** What each accessor of a lens does, `get` aside. */
export const accessors: Readonly<Record<Exclude<AccessorName, "get">, (place: Place) => unknown>> = {
  val: readValue,
  optval: (place) => (place.kind === "missing" ? undefined : readValue(place)),
  dref: readDRef,
  rref: (place) => readRRef(place, "rref"),
  rrefs: (place) => readRRefs(place, "rrefs"),
  refpath: readRefPath,
  syspath: (place) => readSyspath(place, "syspath"),
  contents: (place) => readContents(place, "contents"),
  json: readJson,
};

/** The value at a place; of a config, without the fields that belong to Lightnix. */
function readValue(place: Place): Json {
  const found = existing(place);
  if (found.kind === "value") return found.value;
  return Object.fromEntries(Object.entries(found.config).filter(([field]) => !field.startsWith("__")));
}

function readDRef(place: Place): DRef {
  return atStage(place, "dref").dref;
}

function readRRef(place: Place, wanted: string): RRef {
  const rrefs = readRRefs(place, wanted);
  const [first] = rrefs;
  if (first !== undefined && rrefs.length === 1) return first;
  throw new LightnixError(
    "several-realizations",
    `${cannot(wanted, place)}: "${parseDRef(place.dref).name}" has ${rrefs.length} realizations here. Take them one by one: ` +
      `${place.trail}.rrefs.map((rref) => lens(rref))`,
    { data: { trail: place.trail, rrefs } },
  );
}

function readRRefs(place: Place, wanted: string): readonly RRef[] {
  const isOfArtifact = wanted === "syspath" || wanted === "contents" || wanted === "json";
  const { dref, rrefs, ground } = isOfArtifact ? existing(place) : atStage(place, wanted);
  if (rrefs !== undefined && rrefs.length > 0) return rrefs;
  const reason =
    ground.building?.dref === dref
      ? "it is being built and becomes a realization when its realizer is done"
      : "the lens starts at a derivation, which may have any number of realizations. Start it at one: lens(await realize(stage))";
  throw new LightnixError("no-realization", `${cannot(wanted, place)}: ${reason}`, {
    data: { trail: place.trail, dref },
  });
}

function readRefPath(place: Place): RefPath {
  const found = existing(place);
  const segments = found.kind === "stage" ? found.segments : selfSegments(found, "refpath");
  if (segments.length > 0) return [found.dref, ...segments] as unknown as RefPath;
  throw new LightnixError(
    "no-place",
    `${cannot("refpath", place)}: it is the realization as a whole, and no path inside it. Its address is .dref, its folder .syspath`,
    { data: { trail: place.trail } },
  );
}

function readSyspath(place: Place, wanted: string): string {
  const found = existing(place);
  const segments = found.kind === "stage" ? found.segments : selfSegments(found, wanted);
  const { building, store } = found.ground;
  const folder = building?.dref === found.dref ? building.out : store.path(readRRef(found, wanted));
  return join(folder, ...segments);
}

function readContents(place: Place, wanted: string): string {
  const path = readSyspath(place, wanted);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(place, whyUnreadable(path, error), error);
  }
}

function readJson(place: Place): Unchecked {
  const text = readContents(place, "json");
  try {
    return parseJson(text);
  } catch (error) {
    throw unreadable(place, `it is not JSON (${(error as Error).message})`, error);
  }
}

function existing(place: Place): StagePlace | ValuePlace {
  if (place.kind !== "missing") return place;
  throw noSuchField(place);
}

function atStage(place: Place, wanted: string): StagePlace {
  const found = existing(place);
  if (found.kind === "stage") return found;
  const what = isSelfPath(found.value)
    ? "an artifact of the stage itself"
    : `${described(found.value)} in the config`;
  throw new LightnixError("no-stage", `${cannot(wanted, place)}: it is ${what}, and no dependency`, {
    data: { trail: place.trail },
  });
}

function selfSegments(place: ValuePlace, wanted: string): readonly string[] {
  if (isSelfPath(place.value)) return pathSegments(place.value);
  const inner = fieldNames(place);
  const advice = inner.length === 0 ? "Its value is .val" : `Its fields are: ${inner.join(", ")}`;
  throw new LightnixError(
    "no-place",
    `${cannot(wanted, place)}: it is ${described(place.value)} in the config, and no path. ${advice}`,
    { data: { trail: place.trail } },
  );
}

function noSuchField(place: MissingPlace): LightnixError {
  const { at, field, trail } = place;
  const fields = fieldNames(at);
  const there =
    fields.length > 0
      ? `${at.trail} has no field "${field}", only: ${fields.join(", ")}.${didYouMean(field, fields)}`
      : `${at.trail} is ${at.kind === "stage" ? "an empty config" : described(at.value)} and has no fields`;
  return new LightnixError("no-such-field", `Cannot follow ${trail}: ${there}`, {
    data: { trail, at: at.trail, field, fields },
  });
}

function cannot(wanted: string, { trail }: Place): string {
  return `Cannot read ${trail}.${wanted}`;
}

function unreadable(place: Place, reason: string, cause: unknown): LightnixError {
  return new LightnixError("unreadable-artifact", `Cannot read the artifact ${place.trail}: ${reason}`, {
    cause,
    data: { trail: place.trail },
  });
}

function whyUnreadable(path: string, error: unknown): string {
  switch (errorCode(error)) {
    case "ENOENT":
      return `there is no ${path}.${didYouMean(path, neighbours(path))}`;
    case "EISDIR":
      return `${path} is a folder: its path is .syspath`;
    case undefined:
    default:
      return String(error);
  }
}

function neighbours(path: string): string[] {
  try {
    return readdirSync(dirname(path)).map((name) => join(dirname(path), name));
  } catch {
    return [];
  }
}

function described(value: Json): string {
  if (Array.isArray(value)) return isSelfPath(value) ? "a self path" : "a list";
  if (isJsonObject(value)) return "an object";
  return `the value ${JSON.stringify(value)}`;
}
