import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { hashEntries, realizationHash } from "../../../core/hash.ts";
import { parseRRef, type DRef, type RRef } from "../../../core/ref.ts";
import { isArtifactName } from "../../../core/store/layout.ts";
import type { Store } from "../../../core/store/store.ts";
import { walkTree } from "../../../core/store/tree.ts";

/**
 * Sees to it that a store holds nothing that is half there: every folder is that of a derivation or realization, every hash is right,
 * and all that something was made from is there as well. What is in `known` was looked at before, and is not again.
 */
export async function expectWholeStore(store: Store, known: Set<DRef | RRef> = new Set()): Promise<void> {
  const drefs = store.derivations();
  const folders = readdirSync(join(store.root, "store-v1")).filter((name) => name !== "__store__.json");
  expect(folders).toHaveLength(drefs.length);
  for (const dref of drefs) {
    if (!known.has(dref)) store.config(dref);
    known.add(dref);
    const rrefs = store.realizations(dref);
    expect(readdirSync(store.path(dref)).filter((name) => name !== "config.json")).toHaveLength(rrefs.length);
    for (const rref of rrefs) {
      if (!known.has(rref)) await expectWhole(store, rref);
      known.add(rref);
    }
  }
}

async function expectWhole(store: Store, rref: RRef): Promise<void> {
  const entries = (await walkTree(store.path(rref))).filter(({ path }) =>
    isArtifactName(path.split("/", 1)[0] ?? ""),
  );
  const { digest } = await hashEntries(store.path(rref), entries);
  const context = store.context(rref);
  expect(realizationHash(context, digest)).toBe(parseRRef(rref).hash);
  for (const rrefs of Object.values<readonly RRef[]>(context))
    expect(rrefs.every((one) => store.has(one))).toBe(true);
  expect(store.buildRecord(rref)).toMatchObject({ started: expect.any(String), stopped: expect.any(String) });
}
