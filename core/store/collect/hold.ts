import { readdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { errorCode } from "../../errors.ts";
import { isDRef, isRRef, type DRef, type RRef } from "../../ref.ts";
import { claimantLiveness, ownerLink, readClaim } from "../claim.ts";
import type { StorePaths } from "../layout.ts";
import type { Lock, LockHolder } from "../lock.ts";

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
    unlessGone(() => unlinkSync(path));
  };
  return { release, [Symbol.dispose]: release };
}

/** The holds of all processes that may live. */
export function readHolds(paths: StorePaths): Hold[] {
  const holds: Hold[] = [];
  for (const name of unlessGone(() => readdirSync(paths.tmp)) ?? []) {
    const claim = name.endsWith(".owner") ? readClaim(`${paths.tmp}/${name}`)?.claim : undefined;
    if (claim === undefined || ownerLink(paths, claim.id) !== `${paths.tmp}/${name}`) continue;
    if (claimantLiveness(paths, claim) === "dead") continue;
    const folder = `${paths.tmp}/${claim.id}`;
    for (const file of unlessGone(() => readdirSync(folder)) ?? []) {
      if (!/^hold-\d+$/.test(file)) continue;
      const text = unlessGone(() => readFileSync(`${folder}/${file}`, "utf8")) ?? "";
      const refs = text.split("\n").filter((ref): ref is DRef | RRef => isDRef(ref) || isRRef(ref));
      holds.push({ holder: { pid: claim.pid, host: claim.host }, refs });
    }
  }
  return holds;
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
