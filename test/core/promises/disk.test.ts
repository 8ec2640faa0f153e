import {
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { emptyContext } from "../../../core/context.ts";
import { errorCode } from "../../../core/errors.ts";
import {
  lens,
  openStore,
  outcomes,
  realize,
  self,
  stage,
  type Stage,
  type Store,
} from "../../../core/index.ts";
import { smallDisk } from "../../support/small-disk.ts";
import { tempStore } from "../../support/temp-store.ts";
import { expectWholeStore } from "./whole.ts";

const words = stage({
  name: "words",
  config: { text: "x".repeat(3_000), out: self("words.txt") },
  realize: (build) => writeFileSync(build.path("words.txt"), build.config.text),
});

const numbers = stage({
  name: "numbers",
  config: { words, out: self("folder", "numbers.json") },
  realize(build) {
    build.log("counting");
    for (let index = 0; index < 5; index++)
      writeFileSync(build.path("folder", `${index}`), "y".repeat(5_000));
    const { length } = readFileSync(build.lens.words.out.syspath, "utf8");
    writeFileSync(build.path("folder", "numbers.json"), JSON.stringify({ length }));
  },
});

describe("a disk that gets full", () => {
  const levels = Array.from({ length: 40 }, (_, index) => index);

  test("of space, at whatever moment, is a clear error, leaves nothing half, and is no harm once there is space", async () => {
    const { full, done } = await fillAtEveryLevel(levels, (folder, level) =>
      leaveSpace(folder, level * 4096),
    );
    expect(full).toBeGreaterThan(10);
    expect(done).toBeGreaterThan(0);
  });

  test("of inodes, at whatever moment, does the same", async () => {
    const { full, done } = await fillAtEveryLevel(levels, leaveInodes);
    expect(full).toBeGreaterThan(10);
    expect(done).toBeGreaterThan(0);
  });
});

describe("a realizer that finds no room", () => {
  const writing = (file: string): Stage =>
    stage({
      name: "net",
      config: { file },
      source: false,
      realize(build) {
        const handle = openSync(file === "" ? build.path("weights") : file, "w");
        for (let block = 0; block < 300; block++) writeSync(handle, Buffer.alloc(10_000));
      },
    });

  test("in its output folder is told what that means for the store", async () => {
    const store = openStore({ root: smallDisk().folder });
    const failed = realize(writing(""), { store });
    await expect(failed).rejects.toThrow(
      `Cannot build "net": Cannot write an output in the store "${store.root}": the disk is full. Nothing is lost: what the store has is whole, and what was being written is not part of it. Free some space and run it again (ENOSPC: `,
    );
    await expect(failed).rejects.toMatchObject({ code: "build-failed", cause: { code: "store-full" } });
  });

  test("elsewhere is told what the system says", async () => {
    const failed = realize(writing(join(smallDisk().folder, "elsewhere")), { store: tempStore() });
    await expect(failed).rejects.toThrow(/^Cannot build "net": ENOSPC: no space left on device/);
    const noInodes = smallDisk();
    leaveInodes(noInodes.folder, 0);
    const unmade = realize(writing(join(noInodes.folder, "elsewhere")), { store: tempStore() });
    await expect(unmade).rejects.toThrow(/^Cannot build "net": ENOSPC: .*elsewhere'/);
  });
});

/** Realizes on a small disk with ever more room left, until all of it has room; then again, with the rest of the disk. */
async function fillAtEveryLevel(
  levels: number[],
  fill: (folder: string, level: number) => void,
): Promise<{ full: number; done: number }> {
  const { folder } = smallDisk();
  let full = 0;
  let done = 0;
  for (const level of levels) {
    const filler = join(folder, "filler");
    mkdirSync(filler);
    const store = openStore({ root: join(folder, `store-${level}`) });
    fill(filler, level);
    const error = await realize(numbers, { store }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error === undefined) done++;
    else {
      full++;
      expectSaysFull(error);
    }
    if (readdirSync(folder).includes(`store-${level}`)) await expectWholeIfBegun(store);
    rmSync(filler, { recursive: true });
    expect(lens(await realize(numbers, { store }), { store }).out.json).toEqual({ length: 3_000 });
    await expectWholeStore(store);
    rmSync(store.root, { recursive: true });
  }
  return { full, done };
}

/** Whether the store was full when it wrote or when the realizer did, it is told in the same words. */
function expectSaysFull(error: unknown): void {
  const said = error instanceof Error ? error.message : "";
  expect(["store-full", "build-failed"]).toContain(errorCode(error));
  expect(said).toMatch(/^Cannot .*the disk is full\. Nothing is lost: /s);
}

async function expectWholeIfBegun(store: Store): Promise<void> {
  if (readdirSync(store.root).includes("store-v1")) await expectWholeStore(store);
}

function leaveSpace(filler: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(filler);
  writeFileSync(join(filler, "space"), Buffer.alloc(Math.max(bavail * bsize - bytes, 0)));
}

function leaveInodes(filler: string, count: number): void {
  for (let left = statfsSync(filler).ffree; left > count; left--)
    writeFileSync(join(filler, `inode-${left}`), "");
}

test("a read-only disk lets one read, look through lenses, and reuse; to build is a clear error", async () => {
  const disk = smallDisk();
  const before = await realize(numbers, { store: openStore({ root: disk.folder }) });
  disk.makeReadOnly();
  const store = openStore({ root: disk.folder });
  expect(await realize(numbers, { store, assertRealized: true })).toBe(before);
  expect(await realize(numbers, { store })).toBe(before);
  expect(lens(before, { store }).words.out.contents).toHaveLength(3_000);
  expect(lens(numbers, { store }).words.text.val).toHaveLength(3_000);
  expect((await outcomes(numbers, { store })).rows).toMatchObject([{ rref: before, chosen: true }]);
  await expectWholeStore(store);

  const unwritable = { code: "store-unwritable", data: { root: disk.folder } };
  const other = stage({ ...words, config: { ...words.config, text: "other" } });
  await expect(realize(other, { store })).rejects.toMatchObject(unwritable);
  await expect(realize(numbers, { store, force: true })).rejects.toMatchObject(unwritable);
  await expect(realize(numbers, { store, force: true })).rejects.toThrow(
    `in the store "${disk.folder}": it cannot be written to. Change its permissions`,
  );
  await expectWholeStore(store);
});

describe("a tmp folder that vanishes", () => {
  const losing = (lose: (store: Store) => void): Stage =>
    stage({
      name: "losing",
      config: {},
      source: false,
      realize(build) {
        writeFileSync(build.path("before"), "x");
        lose(build.store);
        writeFileSync(build.path("after"), "x");
      },
    });

  test("in the midst of a build is the build's failure, and no harm to what comes next", async () => {
    const store = tempStore();
    await realize(words, { store });
    const lose = losing(({ root }) => rmSync(join(root, "tmp"), { recursive: true }));
    await expect(realize(lose, { store })).rejects.toMatchObject({ code: "build-failed" });
    await expect(realize(lose, { store })).rejects.toThrow(/^Cannot build "losing": ENOENT/);
    expect(readdirSync(join(store.root, "locks"))).toEqual([]);
    await expectWholeStore(store);
    await expect(realize(numbers, { store })).resolves.toMatch(/^rref:/);
    await expect(
      realize(
        losing(() => {}),
        { store },
      ),
    ).resolves.toMatch(/^rref:/);
    await expectWholeStore(store);
  });

  test("between the build and its commit publishes nothing", async () => {
    const store = tempStore();
    const dref = await store.putDerivation("m", {});
    const folder = await store.tempFolder("build");
    rmSync(join(store.root, "tmp"), { recursive: true });
    const now = new Date().toISOString();
    const record = {
      started: now,
      stopped: now,
      host: "h",
      user: "u",
      pid: 1,
      versions: { node: "", lightnix: "" },
    };
    const commit = store.commit(dref, folder, { context: emptyContext, record, log: "" });
    await expect(commit).rejects.toThrow(/^Cannot commit an outcome of "m" in the store .*ENOENT/);
    expect(store.realizations(dref)).toEqual([]);
    await expectWholeStore(store);
  });
});
