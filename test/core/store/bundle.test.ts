import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { copyClosure, packClosure, removeRefs, repair, unpackClosure, verify } from "../../../core/index.ts";
import type { DRef } from "../../../core/ref.ts";
import type { Closure } from "../../../core/stage/closure.ts";
import { bundleText, parseBundle, type BundleParts } from "../../../core/store/bundle-text.ts";
import type { Store } from "../../../core/store/store.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";

const parts: BundleParts = {
  facts: { key: "k", packages: { five: "1.0.0" }, imports: [[7, 13]], outs: 1 },
  code: `import "five"; export const realize = "\u2028é";`,
};

describe("the text of a bundle", () => {
  it("is taken apart into what it was made from", () => {
    expect(parseBundle(bundleText(parts))).toEqual(parts);
    const matcher = { call: "best", args: ["a\u2028b\u2029.json"] };
    const text = bundleText({ ...parts, facts: { ...parts.facts, matcher } });
    expect(parseBundle(text)).toMatchObject({ facts: { matcher } });
    expect(text.split("\n")[1]).not.toMatch(/[\u2028\u2029]/u);
  });

  it("says what is wrong with it", () => {
    const text = bundleText(parts);
    expect(parseBundle(text.replace("five", "four"))).toBe("its digest is another one, so it was changed");
    expect(parseBundle("export {};")).toBe("it does not begin as one");
    expect(parseBundle(text.replace("bundle 1", "bundle 2"))).toBe(
      "it is of version 2, which this version of Lightnix does not know",
    );
  });

  it("is not believed for its digest alone", () => {
    const strange: Record<string, unknown>[] = [
      { imports: [[0, 3]] },
      { imports: [[7, 1000]] },
      { imports: undefined },
      { packages: { five: 1 } },
      { outs: "1" },
      { key: null },
    ];
    for (const facts of strange)
      expect(parseBundle(bundleText({ ...parts, facts: { ...parts.facts, ...facts } }))).toBe(
        "its second line does not say what it needs",
      );
  });
});

describe("a bundle in a store", () => {
  it("is read-only and takes the place of another one", async () => {
    const store = freshStore();
    const dref = await withBundle(store);
    await store.putBundle(dref, bundleText({ ...parts, code: "export {};" }));
    expect(store.bundle(dref)).toContain("export {};");
    expect(statSync(pathOf(store, dref)).mode & 0o777).toBe(0o444);
    await expect(store.putBundle(dref.replace("sum", "none") as DRef, "")).rejects.toMatchObject({
      code: "unknown-derivation",
    });
  });

  it("that was changed is found, dropped, and written again where its stage is at hand", async () => {
    const store = freshStore();
    const dref = await withBundle(store);
    expect(await verify(store)).toEqual([]);
    damage(store, dref);
    const findings = await verify(store);
    expect(findings).toEqual([
      {
        problem: "bundle-changed",
        ref: dref,
        path: pathOf(store, dref),
        message: `${dref}: of stage.mjs, its digest is another one, so it was changed`,
      },
    ]);
    await repair(store, findings);
    expect([store.bundle(dref), await verify(store)]).toEqual([undefined, []]);
    await store.putBundle(dref, bundleText(parts));
    damage(store, dref);
    const derivation = {
      dref,
      name: "sum",
      realize() {},
      bundling: {
        kind: "closed",
        key: "k",
        make: async () => parts,
        isServedBy: (key: string) => key === "k",
      },
    };
    await repair(store, await verify(store), {
      rebuild: [{ derivations: [derivation] } as unknown as Closure],
    });
    expect(store.bundle(dref)).toBe(bundleText(parts));
  });

  it("that anybody could change is found", async () => {
    const store = freshStore();
    const dref = await withBundle(store);
    chmodSync(pathOf(store, dref), 0o644);
    const findings = await verify(store);
    expect(findings).toMatchObject([{ problem: "writable", ref: dref }]);
    await repair(store, findings);
    expect(await verify(store)).toEqual([]);
  });

  it("goes with its derivation", async () => {
    const store = freshStore();
    const dref = await withBundle(store);
    await removeRefs(store, [dref]);
    expect(existsSync(store.path(dref))).toBe(false);
  });

  it("is packed, unpacked and copied", async () => {
    const store = freshStore();
    const dref = await withBundle(store);
    const files = [join(freshFolder(), "a.tar.zst"), join(freshFolder(), "b.tar.zst")];
    for (const file of files) await packClosure(store, dref, file);
    const [one, other] = files.map((file) => readFileSync(file));
    expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true);
    const [unpacked, copied] = [freshStore(), freshStore()];
    await unpackClosure(unpacked, files[0] ?? "");
    await copyClosure(store, copied, dref);
    expect([unpacked.bundle(dref), copied.bundle(dref)]).toEqual([store.bundle(dref), store.bundle(dref)]);
    expect([await verify(unpacked), await verify(copied)]).toEqual([[], []]);
  });

  it("that was changed is not packed or copied", async () => {
    const store = freshStore();
    const dref = await withBundle(store);
    damage(store, dref);
    const damaged = expect.objectContaining({ code: "damaged-bundle" });
    await expect(packClosure(store, dref, join(freshFolder(), "a"))).rejects.toEqual(damaged);
    await expect(copyClosure(store, freshStore(), dref)).rejects.toEqual(damaged);
  });
});

async function withBundle(store: Store): Promise<DRef> {
  const dref = await store.putDerivation("sum", { n: 1 });
  await store.putBundle(dref, bundleText(parts));
  return dref;
}

function pathOf(store: Store, dref: DRef): string {
  return join(store.path(dref), "stage.mjs");
}

function damage(store: Store, dref: DRef): void {
  const path = pathOf(store, dref);
  chmodSync(path, 0o644);
  writeFileSync(path, readFileSync(path, "utf8").replace("five", "four"));
  chmodSync(path, 0o444);
}
