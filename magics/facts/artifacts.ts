import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  readlinkSync,
} from "node:fs";
import { join } from "node:path";
import { previewOf } from "./preview.ts";
import type { Preview } from "./preview.ts";

/** What is known of an artifact. Paths are relative to the realization's folder, with `/`. */
export type Artifact =
  | {
      readonly kind: "file";
      readonly path: string;
      readonly sizeBytes: number;
      readonly preview: Preview | undefined;
    }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  | {
      readonly kind: "folder";
      readonly path: string;
      /** Of all files below it that were looked at. */
      readonly sizeBytes: number;
      readonly files: number;
      /** What is in it, up to the limit of what is listed. */
      readonly entries: readonly Artifact[];
      /** Whether there is more than what was looked at. */
      readonly isCut: boolean;
    };

// A view is read at a glance and kept in the notebook's file: it shows enough to recognise, not everything.
const maxEntries = 300;
const maxPreviews = 12;
const maxPreviewBytes = 3_000_000;

/** What previews a view may still read. */
interface Budget {
  entries: number;
  previews: number;
  bytes: number;
}

/** Looks at the artifacts of a realization: names, sizes, and previews of the first ones. Follows no links. */
export function readArtifacts(folder: string, names: readonly string[]): readonly Artifact[] {
  const budget: Budget = { entries: maxEntries, previews: maxPreviews, bytes: maxPreviewBytes };
  return names.slice(0, maxEntries).map((name) => readArtifact(folder, name, budget, 0));
}

/** Looks at one file or folder, previewed whatever its place. */
export function readPlace(folder: string, path: string): Artifact {
  return readArtifact(
    folder,
    path,
    { entries: maxEntries, previews: maxPreviews, bytes: maxPreviewBytes },
    0,
  );
}

function readArtifact(folder: string, path: string, budget: Budget, depth: number): Artifact {
  budget.entries--;
  const full = join(folder, path);
  const stat = lstatSync(full);
  if (stat.isSymbolicLink()) return { kind: "link", path, target: readlinkSync(full) };
  if (stat.isDirectory()) return readFolder(folder, path, budget, depth);
  const mayPreview = depth === 0 && budget.previews > 0 && budget.bytes > 0;
  const preview = mayPreview && stat.isFile() ? previewFile(full, budget) : undefined;
  return { kind: "file", path, sizeBytes: stat.size, preview };
}

function readFolder(folder: string, path: string, budget: Budget, depth: number): Artifact {
  const entries: Artifact[] = [];
  const names = readdirSync(join(folder, path)).sort();
  for (const name of names) {
    if (budget.entries <= 0) break;
    entries.push(readArtifact(folder, `${path}/${name}`, budget, depth + 1));
  }
  const isCut =
    entries.length < names.length || entries.some((entry) => entry.kind === "folder" && entry.isCut);
  const sizeBytes = entries.reduce((sum, entry) => sum + (entry.kind === "link" ? 0 : entry.sizeBytes), 0);
  const files = entries.reduce((sum, entry) => sum + (entry.kind === "folder" ? entry.files : 1), 0);
  return { kind: "folder", path, sizeBytes, files, entries, isCut };
}

function previewFile(path: string, budget: Budget): Preview | undefined {
  // The store's folders are not ours alone: what is a file now is opened as a file, and nothing else.
  const file = tryOpen(path);
  if (file === undefined) return undefined;
  try {
    if (!fstatSync(file).isFile()) return undefined;
    const preview = previewOf({
      path,
      sizeBytes: fstatSync(file).size,
      read: (count) => readStart(file, count),
    });
    if (preview === undefined) return undefined;
    budget.previews--;
    budget.bytes -= preview.kind === "picture" ? preview.uri.length : 0;
    return preview;
  } finally {
    closeSync(file);
  }
}

// What cannot be opened is listed all the same.
function tryOpen(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

function readStart(file: number, count: number): Buffer {
  const buffer = Buffer.alloc(count);
  let filled = 0;
  while (filled < count) {
    const read = readSync(file, buffer, filled, count - filled, filled);
    if (read === 0) break;
    filled += read;
  }
  return buffer.subarray(0, filled);
}
