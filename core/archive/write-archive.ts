import { closeSync, fsyncSync, openSync, writeFileSync } from "node:fs";
import { canonicalJson } from "../canonical.ts";
import { parseRRef } from "../ref.ts";
import { BUNDLE_FILE, CONFIG_FILE, derivationFolderName } from "../store/layout.ts";
import { wholeBundle } from "../stage/load-bundle.ts";
import type { Store } from "../store/store.ts";
import { walkTree } from "../store/tree.ts";
import { MARKER_ENTRY, MARKER_TEXT, OBJECTS_FOLDER, SOURCES_FOLDER } from "./entry-name.ts";
import { follower, type MoveOptions } from "./moving.ts";
import { sourcesOf, type StoredDerivation } from "./stored-closure.ts";
import { folderEntry, tarEnd, textEntry, treeEntry } from "./tar-bytes.ts";
import { compressed } from "./zstd.ts";

/** Writes an archive to a new file, and returns its size in bytes when the disk has it. */
export async function writeArchive(
  store: Store,
  closure: readonly StoredDerivation[],
  { file, ...options }: MoveOptions & { readonly file: string },
): Promise<number> {
  const fd = openSync(file, "wx");
  let sizeBytes = 0;
  try {
    for await (const piece of compressed(archiveBytes(store, closure, options))) {
      options.signal?.throwIfAborted();
      writeFileSync(fd, piece);
      sizeBytes += piece.length;
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return sizeBytes;
}

async function* archiveBytes(
  store: Store,
  closure: readonly StoredDerivation[],
  options: MoveOptions,
): AsyncGenerator<Uint8Array> {
  const total = closure.reduce((sum, { rrefs }) => sum + 1 + rrefs.length, 0);
  const passed = follower(total, options);
  yield* textEntry(MARKER_ENTRY, MARKER_TEXT);
  for (const [digest, text] of sourcesOf(store, closure))
    yield* textEntry(`${SOURCES_FOLDER}/${digest}`, text);
  for (const { dref, rrefs } of closure) {
    const place = `${OBJECTS_FOLDER}/${derivationFolderName(dref)}`;
    yield* textEntry(`${place}/${CONFIG_FILE}`, canonicalJson(store.config(dref)));
    if (store.bundle(dref) !== undefined)
      yield* textEntry(`${place}/${BUNDLE_FILE}`, wholeBundle(store, dref));
    passed(dref);
    for (const rref of rrefs) {
      const folder = store.path(rref);
      const inner = `${place}/${parseRRef(rref).hash}`;
      yield folderEntry(inner);
      for (const entry of await walkTree(folder)) yield* treeEntry(folder, entry, `${inner}/${entry.path}`);
      passed(rref);
    }
  }
  yield tarEnd;
}
