import { pathProblem } from "../path.ts";
import { isHash, makeRRef, type DRef, type RRef } from "../ref.ts";
import { BUNDLE_FILE, CONFIG_FILE, derivationOfFolder, isRealizationName } from "../store/layout.ts";
import { MARKER_ENTRY, OBJECTS_FOLDER, pathOfEntryName, SOURCES_FOLDER } from "./entry-name.ts";

/** What tar says of an entry. */
export interface RawEntry {
  readonly path: string;
  readonly type: string;
  readonly linkpath?: string | undefined;
}

/** An entry of an archive, as far as archives may have it. `path` is where it belongs, without a slash at its end. */
export type ArchiveEntry =
  | { readonly kind: "marker"; readonly path: string }
  | { readonly kind: "source"; readonly path: string; readonly digest: string }
  | { readonly kind: "config" | "bundle"; readonly path: string; readonly dref: DRef }
  | { readonly kind: "folder" | "file"; readonly path: string; readonly rref: RRef }
  | { readonly kind: "link"; readonly path: string; readonly rref: RRef; readonly target: string };

/** Reads an entry: what it is, or in a text what is wrong with it. */
export function readArchiveEntry(raw: RawEntry): ArchiveEntry | string {
  const path = pathOfEntryName(raw.path.replace(/\/$/, ""));
  if (path === undefined) return "its name is not written as names in archives are";
  const kind = kindOf(raw.type);
  if (kind === undefined)
    return `it is of the kind ${raw.type}; an archive holds files, folders and symbolic links`;
  const segments = path.split("/");
  const problem = pathProblem(segments, { own: false });
  if (problem !== undefined) return `in its path ${problem}`;
  if (path === MARKER_ENTRY && kind === "file") return { kind: "marker", path };
  const digest = digestOf(segments);
  if (digest !== undefined)
    return kind === "file"
      ? { kind: "source", path, digest }
      : `it is a ${kind} in the place of a text of code`;
  const place = placeOf(segments);
  if (place === undefined) return "an archive has nothing in such a place";
  if (place.rref === undefined) {
    return kind === "file"
      ? { kind: segments[2] === BUNDLE_FILE ? "bundle" : "config", path, dref: place.dref }
      : `it is a ${kind} in the place of a config or of code`;
  }
  const { rref } = place;
  if (segments.length === 3 && kind !== "folder") return `it is a ${kind} in the place of a realization`;
  if (kind !== "link") return { kind, path, rref };
  const target = pathOfEntryName(raw.linkpath ?? "");
  if (target === undefined || target === "")
    return "its target is not written as those of links in archives are";
  return { kind, path, rref, target };
}

function digestOf([top, name, ...rest]: readonly string[]): string | undefined {
  return top === SOURCES_FOLDER && isHash(name) && rest.length === 0 ? name : undefined;
}

function placeOf([top, folder = "", next = "", ...rest]: readonly string[]):
  | { readonly dref: DRef; readonly rref?: RRef }
  | undefined {
  const dref = top === OBJECTS_FOLDER ? derivationOfFolder(folder) : undefined;
  if (dref === undefined) return undefined;
  if ((next === CONFIG_FILE || next === BUNDLE_FILE) && rest.length === 0) return { dref };
  return isRealizationName(next) ? { dref, rref: makeRRef(next, dref) } : undefined;
}

function kindOf(type: string): "file" | "folder" | "link" | undefined {
  switch (type) {
    case "File":
      return "file";
    case "Directory":
      return "folder";
    case "SymbolicLink":
      return "link";
    default:
      return undefined;
  }
}
