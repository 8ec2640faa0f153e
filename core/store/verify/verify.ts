import { existsSync } from "node:fs";
import { basename } from "node:path";
import { errorCode, LightnixError } from "../../errors.ts";
import { isRRef, type DRef, type RRef } from "../../ref.ts";
import { derivationOfFolder, isRealizationName, storePaths } from "../layout.ts";
import { listRoots } from "../roots.ts";
import type { Store } from "../store.ts";
import { TRUSTED_KEYS_FILE, trustOf, type Trust } from "../../signatures/trust.ts";
import { checkDerivation } from "./check-derivation.ts";
import { checkRealization } from "./check-realization.ts";
import { checkSignature } from "./check-signature.ts";
import { checkSources } from "./check-sources.ts";
import { namesIn } from "../if-there.ts";
import type { Finding } from "./finding.ts";

/** What to verify, and who is told. */
export interface VerifyOptions {
  /** Only these: a derivation with all its realizations, a realization alone. Everything unless given. */
  readonly refs?: readonly (DRef | RRef)[] | undefined;
  /** Whether a trusted key must have signed each of them: those of the store's file `trusted-keys` and of `LIGHTNIX_TRUSTED_KEYS`. */
  readonly signatures?: boolean | undefined;
  /** Called after each object. */
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How far a verification is. */
export interface VerifyProgress {
  /** What was checked just now, be it whole or half. */
  readonly ref: DRef | RRef;
  /** What is wrong with it. */
  readonly findings: readonly Finding[];
  /** How many objects have been checked, of how many. */
  readonly done: number;
  readonly total: number;
}

/**
 * Reads a store anew and works out every hash again: what each config, context and artifact must be, that everything that they
 * name is there, that nobody can write to any of it, and that nothing else lies about. Returns all that is wrong; nothing if all is
 * well. Changes nothing.
 *
 * @throws {LightnixError} `no-trusted-keys` when signatures are to be checked and there is no key to check them with, `invalid-key`; the
 *   reason of `signal`
 *
 * @example
 * ```ts
 * const findings = await verify(store, { onProgress: ({ done, total }) => bar.update(done, total) });
 * for (const { message } of findings) console.log(message);
 * ```
 */
export async function verify(store: Store, options: VerifyOptions = {}): Promise<Finding[]> {
  const { refs, onProgress, signal } = options;
  const trust = options.signatures === true ? requireTrust(store) : undefined;
  const wanted = refs === undefined ? allObjects(store) : refs.flatMap((ref) => withOutcomes(store, ref));
  const all =
    refs === undefined ? [...findForeign(store), ...findDangling(store), ...(await checkSources(store))] : [];
  for (const [index, ref] of wanted.entries()) {
    signal?.throwIfAborted();
    const own = await check(store, ref);
    const isSound = trust !== undefined && own.length === 0;
    const findings = isSound ? await checkSignature(store, trust, ref) : own;
    all.push(...findings);
    onProgress?.({ ref, findings, done: index + 1, total: wanted.length });
  }
  return all;
}

function requireTrust(store: Store): Trust {
  const trust = trustOf(store);
  if (trust.keys.length > 0) return trust;
  throw new LightnixError(
    "no-trusted-keys",
    `Cannot verify the signatures of "${store.root}": no key is trusted. Put public keys into "${store.root}/${TRUSTED_KEYS_FILE}", one a line, or into ` +
      "LIGHTNIX_TRUSTED_KEYS",
    { data: { root: store.root } },
  );
}

async function check(store: Store, ref: DRef | RRef): Promise<Finding[]> {
  try {
    const findings = isRRef(ref) ? await checkRealization(store, ref) : await checkDerivation(store, ref);
    // What was removed while it was looked at is not damaged.
    return existsSync(store.path(ref)) ? findings : [];
  } catch (error) {
    if (!existsSync(store.path(ref))) return [];
    const why = error instanceof Error ? error.message : String(error);
    if (errorCode(error) === undefined) throw error;
    return [{ problem: "unreadable", ref, path: store.path(ref), message: `${ref}: ${why}` }];
  }
}

/** Everything that has the name of an object, whole or not. */
function allObjects(store: Store): (DRef | RRef)[] {
  const drefs = namesIn(storePaths(store.root).objects).flatMap((name) => derivationOfFolder(name) ?? []);
  return drefs.sort().flatMap((dref) => withOutcomes(store, dref));
}

function withOutcomes(store: Store, ref: DRef | RRef): (DRef | RRef)[] {
  if (isRRef(ref)) return [ref];
  const folder = basename(store.path(ref));
  const hashes = namesIn(store.path(ref)).filter(isRealizationName).sort();
  return [ref, ...hashes.map((hash) => `rref:${hash}-${folder}` as RRef)];
}

function findForeign(store: Store): Finding[] {
  const { objects, marker } = storePaths(store.root);
  return namesIn(objects)
    .filter((name) => derivationOfFolder(name) === undefined && name !== basename(marker))
    .map((name) => ({
      problem: "foreign",
      ref: undefined,
      path: `${objects}/${name}`,
      message: `"${name}" among the objects was not put there by a store`,
    }));
}

function findDangling(store: Store): Finding[] {
  return listRoots(store)
    .filter(({ ref, folder }) => ref === undefined && folder === undefined)
    .map(({ name }) => ({
      problem: "dependency-missing",
      ref: undefined,
      path: `${store.root}/roots/${name}`,
      message: `the root "${name}" leads to what the store does not have`,
    }));
}
