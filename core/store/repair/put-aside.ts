import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, lstatSync, mkdirSync, renameSync } from "node:fs";
import { contextEntries } from "../../context.ts";
import { configDependencies } from "../../config.ts";
import { errorCode } from "../../errors.ts";
import { listObjects } from "../../query/graph.ts";
import { drefOf, isDRef, isRRef, nameOf, parseDRef, type DRef, type RRef } from "../../ref.ts";
import { isRealizationName, storePaths } from "../layout.ts";
import { storeError } from "../store-error.ts";
import type { Store } from "../store.ts";
import { namesIn } from "../if-there.ts";

/**
 * Takes damaged objects out of the store, with all that depends on them, dependents first. They are not destroyed: they are put
 * aside in `tmp/damaged-...`, where people can look at them until they are collected as leftovers. Returns what went.
 *
 * What is damaged helps no build that runs, so none is waited for.
 */
export async function putAside(store: Store, refs: readonly (DRef | RRef)[]): Promise<(DRef | RRef)[]> {
  const gone: (DRef | RRef)[] = [];
  if (refs.length === 0) return gone;
  const removals = await store.lockRemovals();
  try {
    for (const ref of await withDependents(store, refs)) {
      const path = store.path(ref);
      if (!existsSync(path)) continue;
      movePath(store, path, nameOf(ref));
      gone.push(ref);
    }
  } finally {
    removals.release();
  }
  return gone;
}

/** Takes one realization out of the store and leaves what depends on it, as it is to be built again. */
export async function takeAside(store: Store, rref: RRef): Promise<void> {
  const removals = await store.lockRemovals();
  try {
    movePath(store, store.path(rref), parseDRef(drefOf(rref)).name);
  } finally {
    removals.release();
  }
}

/** Puts a file or folder aside that belongs to no object. */
export function movePath(store: Store, path: string, name: string): string {
  const { tmp } = storePaths(store.root);
  const when = new Date().toISOString().slice(0, 19).replaceAll(":", "");
  const place = `${tmp}/damaged-${name.replaceAll(/[^\w.+-]/g, "_").slice(0, 100)}-${when}-${randomBytes(3).toString("hex")}`;
  try {
    mkdirSync(place);
    // The kernel lets nobody but root move a read-only folder.
    if (lstatSync(path).isDirectory()) chmodSync(path, 0o755);
    renameSync(path, `${place}/${path.slice(path.lastIndexOf("/") + 1)}`);
    return place;
  } catch (error) {
    throw storeError(error, store.root, `put "${path}" aside`);
  }
}

/** The objects with everything that needs one of them, dependents first. Works by names, as their files may be damaged. */
async function withDependents(store: Store, refs: readonly (DRef | RRef)[]): Promise<(DRef | RRef)[]> {
  const lost = new Set<DRef | RRef>();
  const lose = (ref: DRef | RRef): void => {
    // Set again so that it comes after what it is needed by; the order is turned round in the end.
    lost.add(ref);
    if (isDRef(ref)) for (const rref of outcomesOf(store, ref)) lost.add(rref);
  };
  for (const ref of refs) lose(ref);
  const above = await neededByName(store);
  // A set that grows while it is walked through is walked to the end.
  for (const ref of lost) for (const one of above.get(ref) ?? []) lose(one);
  return dependentsFirst([...lost], above);
}

async function neededByName(store: Store): Promise<Map<DRef | RRef, (DRef | RRef)[]>> {
  const above = new Map<DRef | RRef, (DRef | RRef)[]>();
  const note = (needs: readonly (DRef | RRef)[], by: DRef | RRef): void => {
    for (const need of needs) above.set(need, [...(above.get(need) ?? []), by]);
  };
  for (const { dref, rrefs } of await listObjects(store)) {
    note(
      readable(() => configDependencies(store.config(dref))),
      dref,
    );
    for (const rref of rrefs)
      note(
        readable(() => contextEntries(store.context(rref)).flatMap(([, all]) => all)),
        rref,
      );
  }
  return above;
}

function readable<T>(read: () => T[]): T[] {
  try {
    return read();
  } catch (error) {
    if (errorCode(error) === "damaged" || errorCode(error)?.startsWith("unknown-")) return [];
    throw error;
  }
}

function dependentsFirst(
  refs: readonly (DRef | RRef)[],
  above: ReadonlyMap<DRef | RRef, readonly (DRef | RRef)[]>,
): (DRef | RRef)[] {
  const order = new Set<DRef | RRef>();
  const visit = (ref: DRef | RRef): void => {
    for (const one of above.get(ref) ?? []) if (!order.has(one)) visit(one);
    order.add(ref);
  };
  // Realizations before derivations: those are inside of these.
  for (const ref of [...refs.filter(isRRef), ...refs.filter(isDRef)]) if (!order.has(ref)) visit(ref);
  return [...order].filter((ref) => refs.includes(ref));
}

function outcomesOf(store: Store, dref: DRef): RRef[] {
  return namesIn(store.path(dref))
    .filter(isRealizationName)
    .map((hash) => `rref:${hash}-${dref.slice("dref:".length)}` as RRef);
}
