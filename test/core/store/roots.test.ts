import { mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeRRef } from "../../../core/ref.ts";
import { dropRoot, keep, keepFolder, listRoots } from "../../../core/store/roots.ts";
import { linkInto } from "../../../core/query/link.ts";
import type { Store } from "../../../core/store/store.ts";
import type { DRef, RRef } from "../../../core/ref.ts";
import { commitTexts, tempFolder, tempStore } from "../../support/temp-store.ts";

async function withTwo(): Promise<{ store: Store; dref: DRef; a: RRef; b: RRef }> {
  const store = tempStore();
  const dref = await store.putDerivation("m", {});
  const [a, b] = [await commitTexts(store, dref, { a: "1" }), await commitTexts(store, dref, { a: "2" })];
  return { store, dref, a: a.rref, b: b.rref };
}

describe("keep()", () => {
  test("makes a named link that leads to the realization, and moves it", async () => {
    const { store, a, b } = await withTwo();
    await keep(store, a, "best");
    await keep(store, b, "best");
    await keep(store, a, "first run");
    expect(listRoots(store)).toEqual([
      { name: "best", ref: b },
      { name: "first run", ref: a },
    ]);
    expect(readlinkSync(join(store.root, "roots/best"))).toBe(
      `../store-v1/${store.path(b).split("/").slice(-2).join("/")}`,
    );
  });

  test.each(["", "../x", "a/b", ".hidden", "a\0b"])("refuses the name %j", async (name) => {
    const { store, a } = await withTwo();
    await expect(keep(store, a, name)).rejects.toMatchObject({ code: "invalid-root-name" });
  });

  test("refuses what the store does not have", async () => {
    const { store, dref } = await withTwo();
    await expect(keep(store, makeRRef("0".repeat(32), dref), "x")).rejects.toMatchObject({
      code: "unknown-realization",
    });
    expect(listRoots(store)).toEqual([]);
  });
});

describe("dropRoot()", () => {
  test("lets go", async () => {
    const { store, a } = await withTwo();
    await keep(store, a, "best");
    await dropRoot(store, "best");
    expect(listRoots(store)).toEqual([]);
  });

  test("of a name that is none tells the nearest", async () => {
    const { store, a } = await withTwo();
    await keep(store, a, "best");
    await expect(dropRoot(store, "bets")).rejects.toThrow(
      'Cannot drop the root "bets": there is none of that name. Did you mean "best"?',
    );
  });
});

describe("a folder as a root", () => {
  test("keeps what its links lead to, in folders in it, too, and into realizations", async () => {
    const { store, dref, a, b } = await withTwo();
    const folder = tempFolder();
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "file"), "");
    symlinkSync("/etc", join(folder, "elsewhere"));
    symlinkSync(join(store.path(a), "a"), join(folder, "into"));
    symlinkSync(store.path(dref), join(folder, "sub/derivation"));
    symlinkSync(join(folder, "into"), join(folder, "sub/link-to-link"));
    symlinkSync(join(store.root, "store-v1", `${"0".repeat(32)}-x`), join(folder, "dangling"));
    await keepFolder(store, folder, "results");
    const roots = listRoots(store);
    expect(roots.map(({ name, ref }) => [name.slice(folder.length + 1), ref])).toEqual([
      ["dangling", undefined],
      ["into", a],
      ["sub/derivation", dref],
      ["sub/link-to-link", a],
    ]);
    expect(roots.every((root) => root.folder !== undefined)).toBe(true);
    linkInto(store, b, folder, { format: "late" });
    expect(listRoots(store).map(({ ref }) => ref)).toContain(b);
  });

  test("can be given for one time, too", async () => {
    const { store, a } = await withTwo();
    const folder = tempFolder();
    linkInto(store, a, folder);
    expect(listRoots(store, [folder])).toEqual([{ name: join(folder, "m"), ref: a, folder }]);
  });

  test("works through a link to the store itself", async () => {
    const { store, a } = await withTwo();
    const folder = tempFolder();
    symlinkSync(store.root, join(folder, "store"));
    mkdirSync(join(folder, "links"));
    symlinkSync(
      store.path(a).replace(store.root, join(folder, "store")),
      join(folder, "links", "by-another-way"),
    );
    expect(listRoots(store, [join(folder, "links")]).map(({ ref }) => ref)).toEqual([a]);
  });

  test("that cannot be read is an error, as nobody knows what it keeps", async () => {
    const { store } = await withTwo();
    const folder = join(tempFolder(), "results");
    await expect(keepFolder(store, folder, "results")).rejects.toMatchObject({ code: "no-folder" });
    writeFileSync(folder, "");
    await expect(keepFolder(store, join(folder, "x"), "results")).rejects.toMatchObject({
      code: "no-folder",
    });
    rmSync(folder);
    mkdirSync(folder);
    await keepFolder(store, folder, "results");
    rmSync(folder, { recursive: true });
    expect(() => listRoots(store)).toThrow(expect.objectContaining({ code: "unreadable-root" }));
    await dropRoot(store, "results");
    expect(listRoots(store)).toEqual([]);
  });
});
