import { readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { isDRef, isRRef, type DRef, type RRef } from "../../ref.ts";
import { ownerLink, readClaim } from "../claim.ts";
import { isGone } from "./gone.ts";
import type { StorePaths } from "../layout.ts";
import type { Lock, LockHolder } from "../lock.ts";
import { ifThere, namesIn } from "../if-there.ts";

/** What a process says that it needs. */
export interface Hold {
  readonly holder: LockHolder;
  readonly refs: readonly (DRef | RRef)[];
}

/**
 * Writes a hold: one address a line, in a file in the folder of this process, where it is swept with all else after a crash.
 */
export function holdAt(path: string, refs: Iterable<DRef | RRef>): Lock {
  // Whoever reads it must never see the half of it.
  writeFileSync(`${path}.new`, [...refs].join("\n"));
  renameSync(`${path}.new`, path);
  let held = true;
  const release = (): void => {
    if (!held) return;
    held = false;
    ifThere(() => unlinkSync(path));
  };
  return { release, [Symbol.dispose]: release };
}

/** The holds of all processes that may live. */
export function readHolds(paths: StorePaths): Hold[] {
  const holds: Hold[] = [];
  for (const name of namesIn(paths.tmp)) {
    const claim = name.endsWith(".owner") ? readClaim(`${paths.tmp}/${name}`)?.claim : undefined;
    if (claim === undefined || ownerLink(paths, claim.id) !== `${paths.tmp}/${name}`) continue;
    if (isGone(paths, claim)) continue;
    const folder = `${paths.tmp}/${claim.id}`;
    for (const file of namesIn(folder)) {
      if (!/^hold-\d+$/.test(file)) continue;
      const text = ifThere(() => readFileSync(`${folder}/${file}`, "utf8")) ?? "";
      const refs = text.split("\n").filter((ref): ref is DRef | RRef => isDRef(ref) || isRRef(ref));
      holds.push({ holder: { pid: claim.pid, host: claim.host }, refs });
    }
  }
  return holds;
}
