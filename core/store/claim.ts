import { hash } from "node:crypto";
import { lstatSync, readlinkSync } from "node:fs";
import { errorCode } from "../errors.ts";
import type { StorePaths } from "./layout.ts";
import { livenessOf, type Liveness, type ProcessIdentity } from "./machine.ts";

/** A process at work in a store, as the others see it. */
export interface Claimant extends ProcessIdentity {
  /** The name of its folder in `tmp`. Beside it is the link `<id>.owner`, the time of which is its heartbeat. */
  readonly id: string;
}

/**
 * What an owner link or a lock says.
 *
 * It is kept as the target of a symbolic link, not as the content of a file: making a link is atomic, fails if there is one
 * already, is never seen half done, and no power loss leaves an empty one behind.
 */
export interface Claim extends Claimant {
  /** What no other claim has: the claimant's id, which is random, and a number. */
  readonly token: string;
}

let claims = 0;

/** A claim by this process. */
export function newClaim(claimant: Claimant): Claim {
  return { ...claimant, token: `${claimant.id}-${++claims}` };
}

/** The link that says whose folder in `tmp` this is. */
export function ownerLink(paths: StorePaths, id: string): string {
  return `${paths.tmp}/${id}.owner`;
}

/** The claim as the owner link holds it. */
export function claimText(claim: Claim): string {
  return JSON.stringify(claim);
}

/**
 * The claim as a lock holds it: its token, and what tells the processes of the same system whether its holder lives. All others go by
 * the owner link, whose name is the token's beginning.
 *
 * It stays below the 60 bytes that file systems keep in the link's own inode. A longer one gets a block of the disk, and to unlink
 * that costs ext4 a commit of its journal, milliseconds instead of microseconds.
 */
export function lockText({ token, start, ...where }: Claim): string {
  return `${token}.${Number(start ?? 0).toString(36)}.${systemOf(where)}`;
}

const LOCK_TEXT = /^((p(\d+)-[0-9a-f]+)-\d+)\.([0-9a-z]+)\.([0-9a-f]{8})$/;

/** Stands for the boot and the pid namespace in which a process runs. */
function systemOf({ boot, space }: Pick<ProcessIdentity, "boot" | "space">): string {
  return hash("sha256", `${boot}\0${space}`, "hex").slice(0, 8);
}

/** What is at the place of a claim: undefined when there is nothing, no `claim` when it is something else. */
export function readClaim(path: string): { readonly text: string; readonly claim?: Claim } | undefined {
  const text = readClaimText(path);
  return text === undefined ? undefined : claimIn(text);
}

/** The text at the place of a claim or lock: undefined when there is nothing, empty when it is no link. */
export function readClaimText(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    if (errorCode(error) === "EINVAL") return "";
    throw error;
  }
}

/** What is at the place of a lock, as `readClaim`, seen by `me`. */
export function readLock(
  paths: StorePaths,
  path: string,
  me: Claimant,
): { readonly text: string; readonly claim?: Claim } | undefined {
  // One look: by the next one, somebody else may have taken it.
  const found = readClaimText(path);
  if (found === undefined) return undefined;
  const [text, token, id, pid, start, system] = LOCK_TEXT.exec(found) ?? [];
  if (text === undefined || token === undefined || id === undefined || start === undefined)
    return claimIn(found);
  const it = { id, token, pid: Number(pid) };
  if (me.start !== undefined && system === systemOf(me))
    return { text, claim: { ...me, ...it, start: String(Number.parseInt(start, 36)) } };
  const owner = readClaim(ownerLink(paths, id))?.claim ?? { host: "unknown" };
  return { text, claim: { ...owner, ...it } };
}

/** When a claimant gave its last sign of life, by its own clock; undefined when it has signed out. */
export function heartbeatOf(paths: StorePaths, { id }: Claimant): number | undefined {
  return lstatSync(ownerLink(paths, id), { throwIfNoEntry: false })?.mtimeMs;
}

/** Whether a claimant still runs, as far as one look can tell. */
export function claimantLiveness(paths: StorePaths, claimant: Claimant): Liveness {
  return livenessOf(claimant, heartbeatOf(paths, claimant));
}

function claimIn(text: string): { readonly text: string; readonly claim?: Claim } {
  const claim = parseClaim(text);
  return claim === undefined ? { text } : { text, claim };
}

function parseClaim(text: string): Claim | undefined {
  try {
    const claim = JSON.parse(text) as Partial<Record<keyof Claim, unknown>> | null;
    const { id, token, host, pid } = claim ?? {};
    // Id and token become parts of file names.
    const named = [id, token].every((part) => typeof part === "string" && /^[\w-]{1,100}$/.test(part));
    return named && typeof host === "string" && Number.isInteger(pid) ? (claim as Claim) : undefined;
  } catch {
    return undefined;
  }
}
