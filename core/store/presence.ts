import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { errorCode } from "../errors.ts";
import { atExit } from "./at-exit.ts";
import { claimText, newClaim, ownerLink, type Claimant } from "./claim.ts";
import { startHeartbeat } from "./heartbeat.ts";
import type { StorePaths } from "./layout.ts";
import { thisProcess } from "./machine.ts";

const MOST_BEAT_MS = 15_000;

/**
 * This process at work in one store. With its first write it signs in: the link `tmp/<id>.owner` says who it is, and all that is
 * unfinished lies in `tmp/<id>`, so that whoever comes after its death knows what to sweep.
 */
export class Presence {
  readonly claimant: Claimant;
  /** Where this process keeps what is unfinished. */
  readonly folder: string;
  readonly #paths: StorePaths;
  readonly #beatMs: number;
  #signedIn = false;

  constructor(paths: StorePaths, expiryMs: number) {
    this.#paths = paths;
    this.claimant = { id: `p${process.pid}-${randomBytes(8).toString("hex")}`, ...thisProcess() };
    this.folder = `${paths.tmp}/${this.claimant.id}`;
    this.#beatMs = Math.min(MOST_BEAT_MS, Math.ceil(expiryMs / 8));
  }

  /** Makes the link and the folder, again if somebody took them away. They go when the process ends. */
  signIn(): void {
    const mark = ownerLink(this.#paths, this.claimant.id);
    // The link comes first: a folder that nobody owns would never be swept.
    unlessThere(() => symlinkSync(claimText(newClaim(this.claimant)), mark));
    unlessThere(() => mkdirSync(this.folder));
    if (this.#signedIn) return;
    this.#signedIn = true;
    startHeartbeat(mark, this.#beatMs);
    atExit(() => {
      // Builds that are kept have left the folder. If it cannot be removed, the link stays for those who will sweep.
      rmSync(this.folder, { recursive: true, force: true });
      unlinkSync(mark);
    });
  }
}

function unlessThere(make: () => void): void {
  try {
    make();
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
}
