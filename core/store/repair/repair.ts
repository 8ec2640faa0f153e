import { existsSync } from "node:fs";
import { basename } from "node:path";
import { contextEntries, type Context } from "../../context.ts";
import { isDRef, isRRef, type DRef, type RRef } from "../../ref.ts";
import { putBundles } from "../../stage/bundle.ts";
import type { Closure } from "../../stage/closure.ts";
import { sourceTexts } from "../../stage/source-texts.ts";
import { listRoots } from "../roots.ts";
import type { Store } from "../store.ts";
import type { Finding } from "../verify/finding.ts";
import { movePath, putAside, takeAside } from "./put-aside.ts";
import { putRight, takeWriteBits } from "./put-right.ts";
import { rebuild } from "./rebuild.ts";

/** How to repair. */
export interface RepairOptions {
  /** Closures with the realizers at hand: what is damaged is built again by them, where the same comes of it. */
  readonly rebuild?: readonly Closure[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a repair did. */
export interface Repaired {
  /** What is whole again. */
  readonly restored: readonly Finding[];
  /** What is out of the store now: damaged objects, and what depended on them, dependents first. */
  readonly dropped: readonly (DRef | RRef)[];
  /** Roots that lead to something that is gone. */
  readonly danglingRoots: readonly string[];
}

/**
 * Puts right what `verify` found. What can be told from what is left is restored in its place; what a realizer is at hand for is built
 * again, with the same context, and counts as restored when the same comes of it; all else is dropped, together with what depends
 * on it. What lacks a signature stays. What is dropped is not destroyed, but put aside in the store's `tmp/damaged-...`.
 *
 * @throws {LightnixError} `store-unwritable`; the reason of `signal`
 *
 * @example
 * ```ts
 * const findings = await verify(store);
 * const { restored, dropped } = await repair(store, findings, { rebuild: [await instantiate(model, { store })] });
 * ```
 */
export async function repair(
  store: Store,
  findings: readonly Finding[],
  options: RepairOptions = {},
): Promise<Repaired> {
  const { rebuild: closures = [], signal = new AbortController().signal } = options;
  const restored: Finding[] = [];
  const lost = new Set<DRef | RRef>();
  for (const finding of inOrder(findings.filter(isDamage))) {
    signal.throwIfAborted();
    const isRight = await repairOne({ store, finding, closures, signal });
    if (isRight) restored.push(finding);
    else if (finding.ref !== undefined) lost.add(finding.ref);
  }
  const dropped = await putAside(store, [...lost]);
  const danglingRoots = listRoots(store).flatMap(({ name, ref }) => (ref === undefined ? [name] : []));
  return { restored, dropped, danglingRoots };
}

/** What lacks a signature is whole, and is for people to judge. */
function isDamage({ problem }: Finding): boolean {
  return problem !== "unsigned" && problem !== "unknown-key" && problem !== "bad-signature";
}

interface One {
  readonly store: Store;
  readonly finding: Finding;
  readonly closures: readonly Closure[];
  readonly signal: AbortSignal;
}

async function repairOne({ store, finding, closures, signal }: One): Promise<boolean> {
  const { ref, problem, path, missing = [], context } = finding;
  if (problem === "foreign" || problem === "source-changed") {
    if (existsSync(path)) movePath(store, path, basename(path));
    if (problem === "source-changed") await keepKnownSource(store, basename(path), closures);
    return true;
  }
  if (ref === undefined && problem === "writable") takeWriteBits(path);
  if (problem === "bundle-changed" && existsSync(path)) {
    movePath(store, path, basename(path));
    await putKnownBundle(store, ref, closures);
    return true;
  }
  // A root that leads nowhere is for its owner to drop.
  if (ref === undefined) return true;
  if (!existsSync(store.path(ref))) return isRRef(ref) && store.has(ref);
  if (await putRight(store, finding, closures)) return true;
  if (problem === "dependency-missing") return rebuildMissing({ store, closures, signal }, missing);
  if (!isRRef(ref)) return false;
  return rebuildDamaged({ store, closures, signal }, ref, context);
}

/** Keeps a text of code again, where somebody has it at hand; else it comes back when its stage is instantiated. */
async function keepKnownSource(store: Store, digest: string, closures: readonly Closure[]): Promise<void> {
  for (const { source } of closures.flatMap(({ derivations }) => derivations)) {
    const text = sourceTexts(source).get(digest);
    if (text !== undefined) return await store.keepSources(new Map([[digest, text]]));
  }
}

/** Writes the code of a derivation again, where somebody has it at hand; else it comes back when its stage is instantiated. */
async function putKnownBundle(
  store: Store,
  ref: DRef | RRef | undefined,
  closures: readonly Closure[],
): Promise<void> {
  const known = closures.flatMap(({ derivations }) => derivations).filter(({ dref }) => dref === ref);
  await putBundles(store, known.slice(0, 1));
}

type Means = Pick<One, "store" | "closures" | "signal">;

/** The damaged one goes out of the way first, as the same address would be taken for there already. */
async function rebuildDamaged(means: Means, rref: RRef, context: Context | undefined): Promise<boolean> {
  const { store, closures, signal } = means;
  if (!closures.some(({ derivations }) => derivations.some(({ dref }) => rref.endsWith(dref.slice(5)))))
    return false;
  await takeAside(store, rref);
  return rebuild(rref, context, { store, closures, signal });
}

/** The context of what is gone is gone with it; only what depends on nothing can be built again. */
async function rebuildMissing(
  { store, closures, signal }: Means,
  missing: readonly (DRef | RRef)[],
): Promise<boolean> {
  for (const ref of missing) {
    const isBack = isDRef(ref)
      ? await putRight(store, { problem: "config-missing", ref, path: "", message: "" }, closures)
      : store.has(ref) || (await rebuild(ref, undefined, { store, closures, signal }));
    if (!isBack) return false;
  }
  return true;
}

/** What can be put right in its place comes first, then dependencies before what depends on them. */
function inOrder(findings: readonly Finding[]): Finding[] {
  const depth = depths(findings);
  const rank = ({ problem, ref }: Finding): number => {
    if (problem.startsWith("config-")) return -3;
    if (problem === "dependency-missing") return Number.MAX_SAFE_INTEGER - 1;
    // Write bits are taken from what is whole, after all else.
    if (problem === "writable" || problem === "record-damaged") return Number.MAX_SAFE_INTEGER;
    return depth.get(ref ?? ("" as RRef)) ?? 0;
  };
  return [...findings].sort((a, b) => rank(a) - rank(b));
}

function depths(findings: readonly Finding[]): Map<DRef | RRef, number> {
  const contexts = new Map<DRef | RRef, Context | undefined>();
  for (const { ref, context } of findings)
    if (ref !== undefined) contexts.set(ref, context ?? contexts.get(ref));
  const depth = new Map<DRef | RRef, number>();
  const of = (ref: DRef | RRef): number => {
    const known = depth.get(ref);
    if (known !== undefined) return known;
    depth.set(ref, 0);
    const context = contexts.get(ref);
    const below = context === undefined ? [] : contextEntries(context).flatMap(([, rrefs]) => rrefs);
    const deepest = 1 + Math.max(0, ...below.filter((one) => contexts.has(one)).map(of));
    depth.set(ref, deepest);
    return deepest;
  };
  for (const ref of contexts.keys()) of(ref);
  return depth;
}
