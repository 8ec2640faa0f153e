import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { emptyContext } from "../../../core/context.ts";
import { buildRecord } from "../../../core/store/record.ts";
import { openStore } from "../../../core/store/store.ts";
import { smallDisk } from "../../support/small-disk.ts";
import { StoreProcess } from "../../support/store-process.ts";
import { commitTexts, tempFolder } from "../../support/temp-store.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url));
const record = buildRecord(new Date(0), new Date(0));
const NOBODY = 65534;

describe("a full disk", () => {
  test("is a clear error, loses nothing, and does not end the use of the store", async () => {
    const { folder: root } = smallDisk();
    const store = openStore({ root });
    const dref = await store.putDerivation("m", {});
    const before = await commitTexts(store, dref, { a: "before" });
    const out = await store.tempFolder("build");
    writeFileSync(join(out, "a"), "days of work");
    const filler = fillUp(root);

    const commit = store.commit(dref, out, { context: emptyContext, record, log: "x".repeat(100_000) });
    await expect(commit).rejects.toMatchObject({ code: "store-full", data: { root } });
    await expect(commit).rejects.toThrow(
      `Cannot commit an outcome of "m" in the store "${root}": the disk is full. Nothing is lost`,
    );
    await expect(store.putDerivation("n", { text: "x".repeat(100_000) })).rejects.toMatchObject({
      code: "store-full",
    });

    expect(store.derivations()).toEqual([dref]);
    expect(store.realizations(dref)).toEqual([before.rref]);
    expect(readFileSync(join(store.path(before.rref), "a"), "utf8")).toBe("before");
    expect(readdirSync(out)).toEqual(["a"]);

    rmSync(filler);
    expect(await store.commit(dref, out, { context: emptyContext, record, log: "" })).toMatchObject({
      merged: false,
    });
    await expect(store.putDerivation("n", {})).resolves.toMatch(/^dref:/);
  });

  test("is a clear error, too, where the store is not there yet", async () => {
    const { folder } = smallDisk();
    const filler = fillUp(folder);
    const store = openStore({ root: join(folder, "store") });
    await expect(store.putDerivation("m", {})).rejects.toMatchObject({ code: "store-full" });
    rmSync(filler);
    await expect(store.putDerivation("m", {})).resolves.toMatch(/^dref:/);
  });
});

describe("a store that cannot be written to", () => {
  test("can be read, and says so on a write: a read-only disk", async () => {
    const disk = smallDisk();
    const writer = openStore({ root: disk.folder });
    const dref = await writer.putDerivation("m", {});
    const { rref } = await commitTexts(writer, dref, { a: "x" });
    disk.makeReadOnly();
    const store = openStore({ root: disk.folder });
    expect(store.realizations(dref)).toEqual([rref]);
    expect(await store.putDerivation("m", {})).toBe(dref);
    await expect(store.putDerivation("n", {})).rejects.toMatchObject({ code: "store-unwritable" });
    await expect(store.lock(dref)).rejects.toThrow(
      `Cannot lock the derivation "m" in the store "${disk.folder}": it cannot be written to. Change its permissions, or choose another folder by LIGHTNIX_ROOT (EROFS: read-only file system, symlink '${disk.folder}/tmp/`,
    );
    await expect(store.tempFolder("x")).rejects.toMatchObject({ code: "store-unwritable" });
  });

  test("can be read, and says so on a write: somebody else's folder", async () => {
    const place = readableCopy();
    const root = join(place, "store");
    await openStore({ root, durable: false }).putDerivation("m", {});
    rmSync(join(root, "tmp"), { recursive: true });
    chmodSync(root, 0o555);
    const process = new StoreProcess({ root, task: "write", uid: otherUser(), project: place });
    expect(await process.next()).toMatchObject({
      code: "store-unwritable",
      message: expect.stringContaining(root),
    });
  });

  test.each(["/proc/lightnix", "/dev/null/lightnix", "/sys/lightnix/deep"])(
    "is a clear error and no endless loop at %s",
    async (root) => {
      const write = async (): Promise<unknown> => openStore({ root }).putDerivation("m", {});
      await expect(write()).rejects.toMatchObject({
        code: expect.stringMatching(/^(store-|not-a-store)/),
        data: { root },
      });
    },
  );
});

test("all that is done to a store works for a user who is not root", async () => {
  const place = readableCopy();
  const root = join(place, "store");
  mkdirSync(root);
  chmodSync(root, 0o777);
  const process = new StoreProcess({ root, task: "cycle", uid: otherUser(), project: place });
  const said = await process.next();
  expect(said).toMatchObject({ uid: otherUser() ?? globalThis.process.getuid?.(), first: { merged: false } });
  expect(said).toMatchObject({ again: { merged: true }, other: { merged: false } });
  await process.exited();
  // Read-only leftovers are swept by the same user, too. What failed is kept.
  const killed = new StoreProcess({ root, task: "fill", uid: otherUser(), project: place });
  await killed.next();
  await killed.kill();
  const next = new StoreProcess({ root, task: "write", uid: otherUser(), project: place });
  expect(await next.next()).toEqual({ ok: true });
  await next.exited();
  expect(readdirSync(join(root, "tmp"))).toEqual([String(said["kept"]).slice(`${root}/tmp/`.length)]);
});

/** Root may do everything, which would hide mistakes; so root runs the process as another. */
function otherUser(): number | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

/** What a store process needs, at a place where any user can read it. */
function readableCopy(): string {
  const place = tempFolder();
  chmodSync(place, 0o755);
  for (const name of ["package.json", "dist"]) {
    cpSync(join(project, name), join(place, name), { recursive: true });
  }
  cpSync(join(project, "test/support/store-process.mjs"), join(place, "store-process.mjs"));
  return place;
}

/** Leaves no room on a small disk, and says what to remove to have it back. */
function fillUp(folder: string): string {
  const filler = join(folder, "filler");
  try {
    for (let size = 4096; ; size += 4096) writeFileSync(filler, "x".repeat(size), { flag: "a" });
  } catch {
    return filler;
  }
}
