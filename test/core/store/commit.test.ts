import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyContext, makeContext, type Context } from "../../../core/context.ts";
import { hashTree, realizationHash } from "../../../core/hash.ts";
import { makeDRef, makeRRef, parseRRef, type DRef } from "../../../core/ref.ts";
import { buildRecord } from "../../../core/store/record.ts";
import type { Committed } from "../../../core/store/commit.ts";
import { openStore, type Store } from "../../../core/store/store.ts";
import { arbitraryFolder } from "../../support/arbitraries.ts";
import { commitTexts, makeFolder, makePipe, tempFolder, tempStore } from "../../support/temp-store.ts";

const record = buildRecord(new Date(0), new Date(1000));

describe("commit()", () => {
  test("publishes a folder under the hash of its context and artifacts", async () => {
    const { store, dref, folder } = await begin();
    writeFileSync(join(folder, "a"), "x");
    const copy = tempFolder();
    writeFileSync(join(copy, "a"), "x");
    const { rref, merged } = await commit(store, dref, folder);
    expect(merged).toBe(false);
    expect(parseRRef(rref).hash).toBe(realizationHash(emptyContext, (await hashTree(copy)).digest));
    expect(store.realizations(dref)).toEqual([rref]);
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(store.path(rref)).sort()).toEqual([
      "__build__.json",
      "__log__.txt",
      "a",
      "context.json",
    ]);
    expect(readFileSync(join(store.path(rref), "context.json"), "utf8")).toBe("{}");
  });

  test("has always given this outcome this address", async () => {
    const store = tempStore();
    const data = await store.putDerivation("data", {});
    const { rref: labels } = await commitTexts(store, data, { labels: "0123456789" });
    const model = await store.putDerivation("model", { data });
    const { rref } = await commitTexts(
      store,
      model,
      { "a/b": "x" },
      { context: makeContext([[data, [labels]]]) },
    );
    expect([labels, rref]).toEqual([
      "rref:f74c1a7d872bbfeccc909e235acf9f38-038f824361ef089d6909335c5afaecb8-data",
      "rref:33511f98c75f3cdf98189fe327c8cbc4-e78d4d0f0ee153a2413558b877032bc5-model",
    ]);
  });

  test("makes everything read-only and keeps executable files executable", async () => {
    const { store, dref, folder } = await begin();
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin", "run"), "", { mode: 0o700 });
    writeFileSync(join(folder, "data"), "", { mode: 0o666 });
    writeFileSync(join(folder, "odd"), "");
    chmodSync(join(folder, "odd"), 0o4000);
    const { rref } = await commit(store, dref, folder);
    const modes = ["", "bin", "bin/run", "data", "odd", "context.json", "__build__.json", "__log__.txt"].map(
      (name) => (lstatSync(join(store.path(rref), name)).mode & 0o7777).toString(8), // prettier-ignore
    );
    expect(modes).toEqual(["555", "555", "555", "444", "444", "444", "444", "444"]);
  });

  test("merges an outcome that the store has already, and keeps the record and log of the first", async () => {
    const store = tempStore();
    const dref = await store.putDerivation("m", {});
    const first = await commitTexts(store, dref, { a: "x" }, { log: "first" });
    const started = store.buildRecord(first.rref).started;
    const second = await commitTexts(store, dref, { a: "x", "__display__/1": "y" }, { log: "second" });
    expect(second).toEqual({ rref: first.rref, merged: true });
    expect([store.log(first.rref), store.buildRecord(first.rref).started]).toEqual(["first", started]);
    expect((await commitTexts(store, dref, { a: "y" })).merged).toBe(false);
    expect(store.realizations(dref)).toHaveLength(2);
  });

  test("merges outcomes that come at the same moment", async () => {
    const store = tempStore();
    const dref = await store.putDerivation("m", {});
    const stores = Array.from({ length: 6 }, () => openStore({ root: store.root, durable: false }));
    const made = await Promise.all(stores.map((one) => commitTexts(one, dref, { a: "x" })));
    expect(made.filter(({ merged }) => !merged)).toHaveLength(1);
    expect(new Set(made.map(({ rref }) => rref)).size).toBe(1);
  });

  test("tells outcomes apart that were made from different contexts", async () => {
    const store = tempStore();
    const data = await store.putDerivation("data", {});
    const [one, two] = [
      await commitTexts(store, data, { a: "1" }),
      await commitTexts(store, data, { a: "2" }),
    ];
    const dref = await store.putDerivation("m", { data });
    const contexts = [[one.rref], [two.rref], [one.rref, two.rref]].map((rrefs) =>
      makeContext([[data, rrefs]]),
    );
    for (const context of contexts) await commitTexts(store, dref, { a: "x" }, { context });
    expect(store.realizations(dref)).toHaveLength(3);
  });

  test("gives each file a life of its own, where it had a second name", async () => {
    const { store, dref, folder } = await begin();
    const outside = join(store.root, "tmp", "outside");
    writeFileSync(outside, "x");
    linkSync(outside, join(folder, "a"));
    linkSync(outside, join(folder, "b"));
    const { rref } = await commit(store, dref, folder);
    writeFileSync(outside, "changed");
    expect(readFileSync(join(store.path(rref), "a"), "utf8")).toBe("x");
    expect(readFileSync(join(store.path(rref), "b"), "utf8")).toBe("x");
    expect(lstatSync(join(store.path(rref), "a"))).toMatchObject({ nlink: 1 });
    expect(lstatSync(outside).mode & 0o777).toBe(0o644);
  });

  test("keeps a log that is in the folder already", async () => {
    const { store, dref, folder } = await begin();
    writeFileSync(join(folder, "__log__.txt"), "streamed");
    const { rref } = await store.commit(dref, folder, { context: emptyContext, record });
    expect(store.log(rref)).toBe("streamed");
  });

  test("keeps what else the record says", async () => {
    const { store, dref, folder } = await begin();
    const outcome = { context: emptyContext, record: { ...record, exitCode: 3, nested: { a: [1] } } };
    const { rref } = await store.commit(dref, folder, outcome);
    expect(store.buildRecord(rref)).toEqual({
      ...record,
      exitCode: 3,
      nested: { a: [1] },
      sizeBytes: 0,
      tree: [],
    });
  });

  test("takes the place of something half that no store made", async () => {
    const store = tempStore();
    const dref = await store.putDerivation("m", {});
    const other = tempStore();
    const { rref } = await commitTexts(other, await other.putDerivation("m", {}), { a: "x" });
    mkdirSync(join(store.path(rref), "half"), { recursive: true });
    expect(await commitTexts(store, dref, { a: "x" })).toEqual({ rref, merged: false });
    expect(store.artifacts(rref)).toEqual(["a"]);
  });

  test("publishes any tree as it was", async () => {
    const store = tempStore();
    const dref = await store.putDerivation("m", {});
    await fc.assert(
      fc.asyncProperty(arbitraryFolder, async (plan) => {
        const folder = await store.tempFolder("build");
        makeFolder(folder, plan);
        const { digest } = await hashTree(folder);
        const { rref } = await commit(store, dref, folder);
        expect(parseRRef(rref).hash).toBe(realizationHash(emptyContext, digest));
        expect(store.artifacts(rref)).toEqual(Object.keys(plan).sort());
      }),
      { numRuns: 30 },
    );
  });
});

describe("commit() refuses", () => {
  test.each<[what: string, spoil: (folder: string) => void, error: { code: string; message: string }]>([
    [
      "a link that leads out",
      (folder) => symlinkSync("../../../etc", join(folder, "sub", "l")),
      { code: "link-leads-out", message: 'Cannot store the link "sub/l" -> "../../../etc": it leads out' },
    ],
    [
      "an absolute link, also to itself",
      (folder) => symlinkSync(join(folder, "a"), join(folder, "l")),
      { code: "link-leads-out", message: 'Cannot store the link "l"' },
    ],
    [
      "a link that leads out among the files that are not hashed",
      (folder) => symlinkSync("/etc/passwd", join(folder, "__display__")),
      { code: "link-leads-out", message: 'Cannot store the link "__display__"' },
    ],
    [
      "a pipe",
      (folder) => makePipe(join(folder, "sub", "pipe")),
      { code: "special-file", message: 'Cannot store "sub/pipe": it is a pipe' },
    ],
    [
      "an artifact that is called context.json",
      (folder) => writeFileSync(join(folder, "context.json"), "{}"),
      {
        code: "reserved-name",
        message: 'Cannot store the artifact "context.json": the store itself uses this name',
      },
    ],
    [
      "an artifact that is called __build__.json",
      (folder) => writeFileSync(join(folder, "__build__.json"), "{}"),
      { code: "reserved-name", message: 'Cannot store the artifact "__build__.json"' },
    ],
  ])("%s, and leaves the folder where it is", async (_, spoil, { code, message }) => {
    const { store, dref, folder } = await begin();
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "a"), "days of work");
    spoil(folder);
    const before = readdirSync(folder);
    await expect(commit(store, dref, folder)).rejects.toThrow(message);
    await expect(commit(store, dref, folder)).rejects.toMatchObject({ code });
    expect(store.realizations(dref)).toEqual([]);
    expect(readdirSync(folder)).toEqual(before);
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("days of work");
  });

  test("a folder that is none", async () => {
    const { store, dref, folder } = await begin();
    await expect(commit(store, dref, join(folder, "absent"))).rejects.toMatchObject({ code: "store-failed" });
    writeFileSync(join(folder, "file"), "");
    await expect(commit(store, dref, join(folder, "file"))).rejects.toMatchObject({ code: "no-folder" });
  });

  test("an outcome of a derivation that is not there", async () => {
    const { store, folder } = await begin();
    const absent = makeDRef({ hash: "0".repeat(32), name: "absent" });
    await expect(commit(store, absent, folder)).rejects.toMatchObject({ code: "unknown-derivation" });
  });

  test("a context that is not of the direct dependencies, or names what is not there", async () => {
    const store = tempStore();
    const data = await store.putDerivation("data", {});
    const { rref } = await commitTexts(store, data, { a: "1" });
    const dref = await store.putDerivation("m", { data });
    const refused = async (context: Context, message: string): Promise<void> => {
      const made = commitTexts(store, dref, {}, { context });
      await expect(made).rejects.toThrow(`Cannot commit an outcome of "${dref}": ${message}`);
      await expect(made).rejects.toMatchObject({ code: "invalid-context" });
    };
    await refused(emptyContext, `its context is of nothing, but it depends on ${data}`);
    const absent = makeRRef("0".repeat(32), data);
    await refused(
      makeContext([[data, [absent]]]),
      `its context names ${absent}, which the store does not have`,
    );
    const other = commitTexts(store, data, {}, { context: makeContext([[data, [rref]]]) });
    await expect(other).rejects.toThrow(`its context is of ${data}, but it depends on nothing`);
  });
});

interface Begun {
  readonly store: Store;
  readonly dref: DRef;
  readonly folder: string;
}

async function begin(): Promise<Begun> {
  const store = tempStore();
  return { store, dref: await store.putDerivation("m", {}), folder: await store.tempFolder("build") };
}

function commit(store: Store, dref: DRef, folder: string): Promise<Committed> {
  return store.commit(dref, folder, { context: emptyContext, record, log: "text" });
}
