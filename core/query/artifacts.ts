import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { sep } from "node:path";
import { errorCode, LightnixError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { checkSegments } from "../path.ts";
import { isRRef, type DRef, type RRef } from "../ref.ts";
import { isArtifactName } from "../store/layout.ts";
import type { Store } from "../store/store.ts";

/** Something in the folder of a realization or derivation. */
export interface FolderItem {
  readonly name: string;
  readonly kind: "file" | "folder" | "link";
  /** The size of a file; 0 for others. */
  readonly sizeBytes: number;
  readonly executable: boolean;
  /** Where a link leads. */
  readonly target?: string;
}

/**
 * What is in a realization, or in a folder of it, sorted by name. At the top it shows artifacts only, without the store's own
 * files. Of a derivation, what is in its folder. (Pylightnix: `lsref`.)
 *
 * @throws {LightnixError} `missing-artifact`, `not-a-folder`, `invalid-path`, `unknown-realization`, `unknown-derivation`
 */
export function listArtifacts(store: Store, ref: DRef | RRef, ...segments: string[]): FolderItem[] {
  const path = artifactPath(store, ref, segments);
  if (!lstatSync(path).isDirectory()) {
    throw new LightnixError(
      "not-a-folder",
      `Cannot list "${segments.join("/")}" of ${ref}: it is no folder. Use readArtifact() for its content`,
      { data: { ref, path } },
    );
  }
  const names = readdirSync(path).sort();
  const shown = segments.length === 0 && isRRef(ref) ? names.filter(isArtifactName) : names;
  return shown.map((name) => itemAt(path, name));
}

/**
 * The content of a file in a realization, as bytes; of a derivation, that of its `config.json` if no path is given.
 * `readArtifact(...).toString()` is its text. (Pylightnix: `catref`.)
 *
 * @throws {LightnixError} `missing-artifact`, `not-a-file`, `invalid-path`, `unknown-realization`, `unknown-derivation`
 */
export function readArtifact(store: Store, ref: DRef | RRef, ...segments: string[]): Buffer {
  const path = artifactPath(store, ref, segments.length > 0 || isRRef(ref) ? segments : ["config.json"]);
  if (lstatSync(path).isFile()) return readFileSync(path);
  throw new LightnixError(
    "not-a-file",
    `Cannot read "${segments.join("/") || ref}": it is a folder. Use listArtifacts() to see what is in it`,
    { data: { ref, path } },
  );
}

/** The real path of an artifact, with links followed, but not out of the folder of `ref`. */
function artifactPath(store: Store, ref: DRef | RRef, segments: readonly string[]): string {
  if (isRRef(ref)) store.context(ref);
  else store.config(ref);
  const folder = realpathSync(store.path(ref));
  if (segments.length === 0) return folder;
  const path = `${folder}/${checkSegments(segments).join("/")}`;
  const real = realPath(path);
  if (real !== undefined && real.startsWith(folder + sep)) return real;
  throw new LightnixError(
    "missing-artifact",
    `Cannot find "${segments.join("/")}" in ${ref}: there is no such file or folder.${didYouMean(segments.at(-1) ?? "", siblings(path))}`,
    { data: { ref, path } },
  );
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP") return undefined;
    throw error;
  }
}

function siblings(path: string): string[] {
  try {
    return readdirSync(path.slice(0, path.lastIndexOf("/")));
  } catch {
    // It is only for advice.
    return [];
  }
}

function itemAt(folder: string, name: string): FolderItem {
  const path = `${folder}/${name}`;
  const stats = lstatSync(path);
  const plain = { name, sizeBytes: 0, executable: false };
  if (stats.isSymbolicLink()) return { ...plain, kind: "link", target: readlinkSync(path) };
  if (stats.isDirectory()) return { ...plain, kind: "folder" };
  return { name, kind: "file", sizeBytes: stats.size, executable: (stats.mode & 0o111) !== 0 };
}
