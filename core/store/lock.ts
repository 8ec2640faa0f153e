import { existsSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout } from "node:timers/promises";
import { errorCode, LightnixError } from "../errors.ts";
import { atExit } from "./at-exit.ts";
import {
  heartbeatOf,
  lockText,
  newClaim,
  readClaimText,
  readLock,
  type Claim,
  type Claimant,
} from "./claim.ts";
import { heldPath } from "./kept-build.ts";
import type { StorePaths } from "./layout.ts";
import { livenessOf } from "./machine.ts";

/** The process that holds a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Whether a person holds what is being built (see `pause`). Left out when not. */
  readonly hand?: true;
}

/** How to wait for a lock. */
export interface LockOptions {
  /** Gives up the waiting; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called when somebody else holds the lock: once for each holder, and when a person comes to hold what it builds. It may be this process. */
  readonly onWait?: (holder: LockHolder) => void;
}

/** A lock that is held. */
export interface Lock extends Disposable {
  /** Lets go. A second call does nothing. */
  release(): void;
}

/** Who takes locks, where. */
export interface LockScope {
  readonly paths: StorePaths;
  readonly me: Claimant;
  /** After what silence a process that cannot be looked at counts as dead. */
  readonly expiryMs: number;
  /** The tokens of all locks that `me` holds. */
  readonly held: Set<string>;
}

const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 100;

/*
 * How locks stay exclusive.
 *
 * A lock is a symbolic link with the token of its holder's claim as target (see claim.ts). It is taken by making the link, which
 * fails if there is one, and let go by its holder, who unlinks it. What remains is the lock of a dead process. To look, find the
 * holder dead and unlink would be wrong: between the look and the unlink somebody else may have done the same and taken the
 * lock, and it would be that one's lock that goes. Therefore the claim of a dead process, with token T, is only touched by
 * whoever holds the lock `guard-T`. That one looks again. If T's claim is still there it stays so until the guard is let go,
 * as its owner is dead and everybody else needs the guard; a rename puts the new claim in its place, without a moment
 * in which there is none. If there is another claim, somebody was quicker.
 *
 * The guard is a lock like any other, so a guard of which the holder died is itself taken over under the guard of its own
 * token, and so on. No token is used twice, so a forgotten guard stands in nobody's way.
 *
 * All of this holds where "dead" is certain, which it is among the processes of one machine. A process on another machine
 * counts as dead after a long silence; if it was only frozen, and wakes between two system calls of its release, two may build at
 * once. That costs work and nothing else: it is the atomic publishing that keeps the store whole, not the locks.
 */

/** Waits until this process is the only one that holds the lock at `path`. */
export async function acquireLock(scope: LockScope, path: string, options: LockOptions = {}): Promise<Lock> {
  const { signal, onWait } = options;
  const silence = new Silence(scope);
  let reported: string | undefined;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    signal?.throwIfAborted();
    const { taken, holder } = tryLock(scope, path, silence);
    if (taken !== undefined) return taken;
    const hand = isHeldByHand(scope, path, holder);
    const state = `${holder.token} ${hand}`;
    if (state !== reported) onWait?.({ pid: holder.pid, host: holder.host, ...(hand && { hand }) });
    reported = state;
    // An abort is thrown above, with the reason that the caller gave.
    await setTimeout(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
}

function isHeldByHand({ paths }: LockScope, path: string, { id }: Claim): boolean {
  return existsSync(heldPath(`${paths.tmp}/${id}`, basename(path)));
}

/** Takes the lock at `path` if it is free or its holder dead, else says who holds it. */
export function tryLock(scope: LockScope, path: string, silence: Silence): Attempt {
  const claim = newClaim(scope.me);
  for (;;) {
    if (makeLink(claim, path)) return { taken: hold(scope, path, claim) };
    const found = readLock(scope.paths, path, scope.me);
    // Let go just now.
    if (found === undefined) continue;
    if (found.claim === undefined) throw notALock(path);
    if (!silence.isDead(found.claim)) return { holder: found.claim };
    if (replaceDead({ scope, path, silence }, found.claim, claim)) return { taken: hold(scope, path, claim) };
    return { holder: found.claim };
  }
}

/** What came of an attempt to take a lock. */
export type Attempt =
  | { readonly taken: Lock; readonly holder?: never }
  | { readonly taken?: never; readonly holder: Claim };

/**
 * Finds out whether holders are dead. It remembers since when each of those that cannot be looked at has been silent, by the clock
 * of the one who waits.
 */
export class Silence {
  readonly #scope: LockScope;
  readonly #heard = new Map<string, { readonly beat: number | undefined; readonly sinceMs: number }>();

  constructor(scope: LockScope) {
    this.#scope = scope;
  }

  isDead(claim: Claim): boolean {
    const { paths, expiryMs, me, held } = this.#scope;
    // An interrupted cell is cut off anywhere, also between making a link and taking note of it. Nobody holds such a lock.
    if (claim.id === me.id) return !held.has(claim.token);
    const beat = heartbeatOf(paths, claim);
    const liveness = livenessOf(claim, beat);
    if (liveness !== "unknown") return liveness === "dead";
    // Two machines' clocks may differ by hours, so beats are not compared with our time, only with each other.
    const last = this.#heard.get(claim.id);
    if (last !== undefined && last.beat === beat) return performance.now() - last.sinceMs > expiryMs;
    this.#heard.set(claim.id, { beat, sinceMs: performance.now() });
    return false;
  }
}

interface Place {
  readonly scope: LockScope;
  readonly path: string;
  readonly silence: Silence;
}

/** Puts `claim` in the place of the claim of a dead process, unless somebody else is about to, or already did. */
function replaceDead({ scope, path, silence }: Place, dead: Claim, claim: Claim): boolean {
  const guard = tryLock(scope, `${scope.paths.locks}/guard-${dead.token}`, silence).taken;
  if (guard === undefined) return false;
  try {
    if (readLock(scope.paths, path, scope.me)?.claim?.token !== dead.token) return false;
    const fresh = `${scope.paths.locks}/new-${claim.token}`;
    makeLink(claim, fresh);
    renameSync(fresh, path);
    return true;
  } finally {
    guard.release();
  }
}

function makeLink(claim: Claim, path: string): boolean {
  try {
    symlinkSync(lockText(claim), path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

function hold(scope: LockScope, path: string, claim: Claim): Lock {
  scope.held.add(claim.token);
  const letGo = (): void => {
    if (readClaimText(path) === lockText(claim)) unlinkSync(path);
  };
  const forget = atExit(letGo);
  let held = true;
  const release = (): void => {
    if (!held) return;
    held = false;
    forget();
    letGo();
    scope.held.delete(claim.token);
  };
  return { release, [Symbol.dispose]: release };
}

function notALock(path: string): LightnixError {
  return new LightnixError(
    "not-a-lock",
    `Cannot take the lock "${path}": what is there was not made by a store. Remove it, if nothing needs it`,
    { data: { path } },
  );
}
