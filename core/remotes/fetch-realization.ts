import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { LightnixError } from "../errors.ts";
import { realizationHash, treeDigest, type TreeFact } from "../hash.ts";
import { pathProblem } from "../path.ts";
import { drefOf, parseRRef, type RRef } from "../ref.ts";
import { digestOf, type RealizationStatement } from "../signatures/statement.ts";
import {
  derivationFolderName,
  DISPLAY_FILE,
  FAILURE_FILE,
  isArtifactName,
  LOG_FILE,
  RECORD_FILE,
  TREE_FILE,
} from "../store/layout.ts";
import type { Store } from "../store/store.ts";
import { areFacts } from "../store/tree-record.ts";
import { notThere, type Remote } from "./remote.ts";

/** How to fetch a realization. */
export interface FetchRealizationOptions {
  readonly signal: AbortSignal;
  /** How many bytes have come, of how many. */
  readonly onProgress?: ((bytes: number, total: number) => void) | undefined;
}

/** What came of it. */
export interface FetchedRealization {
  /** Whether the store had it already. */
  readonly merged: boolean;
  /** Names of what was left out, as it was not what is said of it: the log, the displays. */
  readonly withheld: readonly string[];
}

// More does no good with one server, and holds as many files open.
const AT_ONCE = 8;
const RECORD_BYTES = 64 * 2 ** 20;
const TREE_BYTES = 512 * 2 ** 20;
const SHOWN_BYTES = 512 * 2 ** 20;

/**
 * Brings a realization from another store, of which the derivation and all dependencies are there. Nothing is believed but the
 * statement: each file is checked against the list of files, the list against the statement, and the statement against the address,
 * before anything appears in the store.
 *
 * @throws {LightnixError} `wrong-hash`, `not-there`, `checksum-mismatch`, `too-much`, `remote-unreachable`, `failed-outcome` for one that
 *   was recorded as a failure; what `Store.commit` throws; the reason of `signal`
 */
export async function fetchRealization(
  store: Store,
  remote: Remote,
  statement: RealizationStatement,
  options: FetchRealizationOptions,
): Promise<FetchedRealization> {
  const { ref, context, tree, record } = statement;
  if (realizationHash(context, tree) !== parseRRef(ref).hash)
    throw wrong(remote, ref, "what is said of it does not come to its address");
  const facts = await readFacts(remote, statement, options.signal);
  if (facts.some(([, path]) => path === FAILURE_FILE))
    throw new LightnixError(
      "failed-outcome",
      `Cannot fetch ${ref} from "${remote.place}": it is a failed run`,
      {
        data: { ref },
      },
    );
  const folder = await store.tempFolder("fetch");
  try {
    await fetchFiles({ remote, statement, facts, folder }, options);
    const withheld = await fetchShown(remote, statement, folder, options.signal);
    const committed = await store.commit(drefOf(ref), folder, { context, record, expect: ref });
    return { merged: committed.merged, withheld };
  } finally {
    await store.discard(folder);
  }
}

function pathOf(ref: RRef): string {
  return `store-v1/${derivationFolderName(drefOf(ref))}/${parseRRef(ref).hash}`;
}

interface WithTree {
  readonly tree?: unknown;
}

/** The list of all artifacts, which proves itself. */
async function readFacts(
  remote: Remote,
  { ref, tree }: RealizationStatement,
  signal: AbortSignal,
): Promise<readonly TreeFact[]> {
  const read = async (name: string, limitBytes: number): Promise<WithTree | null | undefined> => {
    const bytes = await remote.read(`${pathOf(ref)}/${name}`, { limitBytes, signal });
    try {
      return bytes === undefined ? undefined : (JSON.parse(bytes.toString()) as WithTree | null);
    } catch {
      throw wrong(remote, ref, `its ${name} cannot be read`);
    }
  };
  const record = await read(RECORD_FILE, RECORD_BYTES);
  if (record === undefined) throw notThere(remote.place, pathOf(ref));
  const facts = record?.tree ?? (await read(TREE_FILE, TREE_BYTES));
  if (!areFacts(facts) || treeDigest(facts) !== tree)
    throw wrong(remote, ref, "the list of its artifacts is not the one that belongs to it");
  const problem = listProblem(facts);
  if (problem !== undefined) throw wrong(remote, ref, problem);
  return facts;
}

/** What is wrong with a list of artifacts, which somebody may have made up: it decides what is written where. */
function listProblem(facts: readonly TreeFact[]): string | undefined {
  const paths = new Set<string>();
  const leaves = new Set(facts.flatMap(([kind, path]) => (kind === "d" ? [] : [path])));
  for (const [, path] of facts) {
    const segments = path.split("/");
    const problem = pathProblem(segments, { own: false });
    if (problem !== undefined) return `in the path ${JSON.stringify(path)} ${problem}`;
    if (!isArtifactName(segments[0] ?? "")) return `no artifact is called "${path}"`;
    if (paths.has(path)) return `"${path}" is there twice`;
    paths.add(path);
    const above = segments.map((_, index) => segments.slice(0, index).join("/"));
    const parent = above.find((one) => leaves.has(one));
    if (parent !== undefined) return `"${path}" cannot be in "${parent}", which is no folder`;
  }
  return undefined;
}

interface Files {
  readonly remote: Remote;
  readonly statement: RealizationStatement;
  readonly facts: readonly TreeFact[];
  readonly folder: string;
}

async function fetchFiles(files: Files, options: FetchRealizationOptions): Promise<void> {
  const { facts, folder } = files;
  for (const [kind, path] of facts) if (kind === "d") mkdirSync(`${folder}/${path}`, { recursive: true });
  await downloadAll(files, options);
  // Links come last: nothing is ever written through one.
  for (const [kind, path, target] of facts) {
    if (kind !== "l") continue;
    mkdirSync(dirname(`${folder}/${path}`), { recursive: true });
    symlinkSync(target, `${folder}/${path}`);
  }
}

async function downloadAll(
  { remote, statement, facts, folder }: Files,
  { signal, onProgress }: FetchRealizationOptions,
): Promise<void> {
  const total = statement.record.sizeBytes ?? 0;
  const bytes = new Map<string, number>();
  let all = 0;
  // What one of them fails for, ends the others.
  const stopper = new AbortController();
  const own = AbortSignal.any([signal, stopper.signal]);
  const queue = facts.filter(([kind]) => kind === "f" || kind === "x").values();
  const work = async (): Promise<void> => {
    for (const [kind, path, sha256] of queue) {
      const to = `${folder}/${path}`;
      mkdirSync(dirname(to), { recursive: true });
      await remote.fetch(`${pathOf(statement.ref)}/${path}`, to, {
        sha256,
        limitBytes: total,
        signal: own,
        onBytes: (now) => {
          all += now - (bytes.get(path) ?? 0);
          bytes.set(path, now);
          onProgress?.(all, total);
        },
      });
      chmodSync(to, kind === "x" ? 0o755 : 0o644);
    }
  };
  const workers = Array.from({ length: AT_ONCE }, () =>
    work().catch((error: unknown) => {
      stopper.abort(error);
      throw error;
    }),
  );
  const ends = await Promise.allSettled(workers);
  signal.throwIfAborted();
  if (ends.some(({ status }) => status === "rejected")) throw stopper.signal.reason;
}

/** The log and the displays; what is not what is said of it, or not there, is left out and named. */
async function fetchShown(
  remote: Remote,
  { ref, log, displays }: RealizationStatement,
  folder: string,
  signal: AbortSignal,
): Promise<string[]> {
  const withheld: string[] = [];
  for (const [name, digest] of [
    [LOG_FILE, log],
    [DISPLAY_FILE, displays],
  ] as const) {
    if (digest === null) continue;
    const bytes = await remote.read(`${pathOf(ref)}/${name}`, { limitBytes: SHOWN_BYTES, signal });
    if (bytes !== undefined && digestOf(bytes) === digest) writeFileSync(`${folder}/${name}`, bytes);
    else withheld.push(name);
  }
  return withheld;
}

function wrong({ place }: Remote, ref: RRef, why: string): LightnixError {
  return new LightnixError("wrong-hash", `Cannot fetch ${ref} from "${place}": ${why}`, {
    data: { ref, place },
  });
}
