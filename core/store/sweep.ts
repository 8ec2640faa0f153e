import { readdirSync, unlinkSync } from "node:fs";
import { claimantLiveness, ownerLink, readClaim, readLock } from "./claim.ts";
import { keepHeld } from "./kept-build.ts";
import { Silence, tryLock, type LockScope } from "./lock.ts";
import { removeTree } from "./remove-tree.ts";

/**
 * Clears away what dead processes left in `tmp` and `locks`. A process that may live, such as one on another machine, is left
 * alone, and so are the folders of failed builds, which are kept for people, and with them those that somebody held.
 */
export async function sweep(scope: LockScope): Promise<void> {
  // First, as after a reboot it is by the owner links, which go with the folders, that the holder of a lock is known to be dead.
  sweepLocks(scope);
  await sweepFolders(scope);
}

async function sweepFolders({ paths }: LockScope): Promise<void> {
  for (const name of readdirSync(paths.tmp)) {
    const mark = `${paths.tmp}/${name}`;
    const claim = name.endsWith(".owner") ? readClaim(mark)?.claim : undefined;
    if (claim === undefined || ownerLink(paths, claim.id) !== mark) continue;
    if (claimantLiveness(paths, claim) !== "dead") continue;
    try {
      keepHeld(paths, `${paths.tmp}/${claim.id}`);
      await removeTree(`${paths.tmp}/${claim.id}`);
      // Last, so that a sweep that is cut short is taken up again.
      unlinkSync(mark);
    } catch {
      // Another process sweeps it too, or it belongs to another user. Nobody is waiting for it to go.
    }
  }
}

function sweepLocks(scope: LockScope): void {
  for (const name of readdirSync(scope.paths.locks)) {
    const path = `${scope.paths.locks}/${name}`;
    const claim = readLock(scope.paths, path, scope.me)?.claim;
    if (claim === undefined || claimantLiveness(scope.paths, claim) !== "dead") continue;
    try {
      // Taking a lock over is the one safe way to be rid of it, as others may be about to do so too.
      tryLock(scope, path, new Silence(scope)).taken?.release();
    } catch {
      // As above.
    }
  }
}
