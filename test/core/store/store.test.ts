import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { derivationRef } from "../../../core/canonical.ts";
import { makeContext } from "../../../core/context.ts";
import { makeDRef, makeRRef, type DRef } from "../../../core/ref.ts";
import { openStore } from "../../../core/store/store.ts";
import { commitTexts, tempFolder, tempStore } from "../../support/temp-store.ts";

const absent = makeDRef({ hash: "0".repeat(32), name: "absent" });

describe("openStore()", () => {
  test("makes nothing before the first write", () => {
    const root = join(tempFolder(), "deep", "store");
    const store = openStore({ root });
    expect(store.derivations()).toEqual([]);
    expect(store.realizations(absent)).toEqual([]);
    expect([store.hasDerivation(absent), store.has(makeRRef("1".repeat(32), absent))]).toEqual([
      false,
      false,
    ]);
    expect(existsSync(root)).toBe(false);
  });

  test("makes the whole path with the first write", async () => {
    const root = join(tempFolder(), "deep", "store");
    const store = openStore({ root });
    expect(store).toMatchObject({ root, durable: true });
    await store.putDerivation("m", {});
    expect(readdirSync(root).sort()).toEqual(["locks", "store-v1", "tmp"]);
    expect(openStore({ root }).derivations()).toHaveLength(1);
  });

  test("opens several at once on a folder that is not there yet", async () => {
    const root = join(tempFolder(), "store");
    const stores = Array.from({ length: 8 }, () => openStore({ root, durable: false }));
    const drefs = await Promise.all(
      stores.map((store, index) => store.putDerivation("m", { index: index % 2 })),
    );
    expect(openStore({ root }).derivations()).toEqual([...new Set(drefs)].sort());
    expect(readdirSync(root).sort()).toEqual(["locks", "store-v1", "tmp"]);
  });

  test.each<[what: string, make: (root: string) => void, message: string]>([
    ["a file", (root) => writeFileSync(root, ""), "is not a folder"],
    ["a folder with a file for store-v1", (root) => (mkdirSync(root), writeFileSync(join(root, "store-v1"), "")), "is not a folder"], // prettier-ignore
    [
      "a folder with a strange store-v1",
      (root) => mkdirSync(join(root, "store-v1", "photos"), { recursive: true }),
      'holds "photos"',
    ],
    [
      "a store of another kind",
      (root) => {
        mkdirSync(join(root, "store-v1"), { recursive: true });
        writeFileSync(join(root, "store-v1", "__store__.json"), '{"format":"other","version":1}');
      },
      "does not say that it is a store of version 1",
    ],
  ])("refuses %s", (_, make, message) => {
    const root = join(tempFolder(), "root");
    make(root);
    expect(() => openStore({ root })).toThrow(`Cannot open the store "${root}"`);
    expect(() => openStore({ root })).toThrow(message);
    expect(() => openStore({ root })).toThrow(
      expect.objectContaining({ code: "not-a-store", data: { root } }),
    );
  });

  test("refuses a path below a file", () => {
    const file = join(tempFolder(), "file");
    writeFileSync(file, "");
    expect(() => openStore({ root: join(file, "store") })).toThrow(
      expect.objectContaining({ code: "not-a-store" }),
    );
  });

  test("notices with the first write, too, that something else has come to be there", async () => {
    const root = join(tempFolder(), "root");
    const store = openStore({ root });
    writeFileSync(root, "");
    await expect(store.putDerivation("m", {})).rejects.toMatchObject({ code: "not-a-store" });
    rmSync(root);
    await expect(store.putDerivation("m", {})).resolves.toMatch(/^dref:/);
  });

  test("takes a store that has lost the file that says that it is one", async () => {
    const store = tempStore();
    const dref = await store.putDerivation("m", {});
    rmSync(join(store.root, "store-v1", "__store__.json"));
    const again = openStore({ root: store.root });
    expect(again.derivations()).toEqual([dref]);
    await again.putDerivation("n", {});
  });
});

describe("putDerivation()", () => {
  test("keeps the config as canonical JSON that nobody can write to", async () => {
    const store = tempStore();
    const dref = await store.putDerivation("m", { b: 1, a: ["ü", { d: null, c: 0.1 }] });
    const path = join(store.path(dref), "config.json");
    expect(readFileSync(path, "utf8")).toBe('{"a":["ü",{"c":0.1,"d":null}],"b":1}');
    expect(lstatSync(path).mode & 0o777).toBe(0o444);
    expect(store.config(dref)).toEqual({ a: ["ü", { c: 0.1, d: null }], b: 1 });
    expect(store.hasDerivation(dref)).toBe(true);
  });

  test("takes several at once, each of which is there or comes anew", async () => {
    const store = tempStore();
    const one = await store.putDerivation("m", { a: 1 });
    const two = derivationRef("m", { a: 2 });
    const three = derivationRef("n", { on: two });
    const all = [
      { name: "m", config: { a: 1 } },
      { name: "m", config: { a: 2 } },
      { name: "n", config: { on: two } },
    ];
    expect(await store.putDerivations(all)).toEqual([one, two, three]);
    expect(openStore({ root: store.root }).derivations()).toEqual([one, two, three].sort());
    expect(openStore({ root: store.root }).config(three)).toEqual({ on: two });
    await expect(store.putDerivations([...all, { name: "", config: {} }])).rejects.toMatchObject({
      code: "invalid-name",
    });
    expect(await store.putDerivations([])).toEqual([]);
  });

  test("changes nothing the second time", async () => {
    const store = tempStore();
    const dref = await store.putDerivation("m", { a: 1 });
    const before = lstatSync(join(store.path(dref), "config.json"));
    expect(await store.putDerivation("m", { a: 1 })).toBe(dref);
    expect(await openStore({ root: store.root }).putDerivation("m", { a: 1 })).toBe(dref);
    expect(lstatSync(join(store.path(dref), "config.json")).ino).toBe(before.ino);
  });

  test("gives what nobody can change by accident", async () => {
    const store = tempStore();
    const config = store.config(await store.putDerivation("m", { a: [{ b: 1 }] }));
    expect(() => Object.assign(config["a"] as object, { 0: 1 })).toThrow(TypeError);
  });

  test("takes reserved fields, but nothing that is not JSON", async () => {
    const store = tempStore();
    await expect(store.putDerivation("m", { __source__: "x" })).resolves.toMatch(/^dref:/);
    await expect(store.putDerivation("m", { a: Number.NaN })).rejects.toMatchObject({
      code: "invalid-config",
    });
    await expect(store.putDerivation("", {})).rejects.toMatchObject({ code: "invalid-name" });
  });

  test("puts a config right that was damaged", async () => {
    const store = tempStore();
    const dref = await store.putDerivation("m", { a: 1 });
    const path = join(store.path(dref), "config.json");
    chmodSync(path, 0o644);
    writeFileSync(path, "");
    const again = openStore({ root: store.root, durable: false });
    expect(() => again.config(dref)).toThrow(
      `Cannot read "${path}": its hash is another one, so the store is damaged here`,
    );
    expect(() => again.config(dref)).toThrow(expect.objectContaining({ code: "damaged" }));
    expect(await again.putDerivation("m", { a: 1 })).toBe(dref);
    expect(again.config(dref)).toEqual({ a: 1 });
  });
});

describe("reading", () => {
  test("config() and context() say that something is not there", () => {
    const store = tempStore();
    const rref = makeRRef("1".repeat(32), absent);
    expect(() => store.config(absent)).toThrow(
      `Cannot find the derivation "${absent}": the store "${store.root}" does not`,
    );
    expect(() => store.config(absent)).toThrow(expect.objectContaining({ code: "unknown-derivation" }));
    for (const read of [
      () => store.context(rref),
      () => store.buildRecord(rref),
      () => store.log(rref),
      () => store.artifacts(rref),
      () => store.sizeBytes(rref),
    ]) {
      expect(read).toThrow(`Cannot find the realization "${rref}"`);
      expect(read).toThrow(expect.objectContaining({ code: "unknown-realization" }));
    }
  });

  test("passes over what is half or foreign", async () => {
    const store = tempStore();
    const dref = await store.putDerivation("m", {});
    const { rref } = await commitTexts(store, dref, { a: "x" });
    mkdirSync(join(store.path(dref), "2".repeat(32)));
    writeFileSync(join(store.path(dref), "3".repeat(32)), "");
    mkdirSync(join(store.path(dref), "notes"));
    mkdirSync(join(store.root, "store-v1", `${"4".repeat(32)}-half`));
    mkdirSync(join(store.root, "store-v1", "notes"));
    writeFileSync(join(store.root, "store-v1", `${"5".repeat(32)}-file`), "");
    expect(store.realizations(dref)).toEqual([rref]);
    expect(store.derivations()).toEqual([dref]);
    expect(store.has(makeRRef("2".repeat(32), dref))).toBe(false);
    expect(store.has(makeRRef("3".repeat(32), dref))).toBe(false);
    expect(store.realizations(makeDRef({ hash: "5".repeat(32), name: "file" }))).toEqual([]);
  });

  test("says where a context or a record is damaged", async () => {
    const store = tempStore();
    const dref = await store.putDerivation("m", {});
    const { rref } = await commitTexts(store, dref, { a: "x" });
    for (const name of ["context.json", "__build__.json"]) {
      chmodSync(join(store.path(rref), name), 0o644);
      writeFileSync(join(store.path(rref), name), "{");
    }
    expect(() => store.context(rref)).toThrow(
      `Cannot read "${store.path(rref)}/context.json": it is no context`,
    );
    expect(() => store.buildRecord(rref)).toThrow(
      `Cannot read "${store.path(rref)}/__build__.json": it is not JSON`,
    );
    chmodSync(store.path(rref), 0o755);
    rmSync(join(store.path(rref), "__build__.json"));
    expect(() => store.buildRecord(rref)).toThrow("it is missing");
  });

  test("finds what another process has written meanwhile", async () => {
    const store = tempStore();
    const other = openStore({ root: store.root, durable: false });
    const dref = await store.putDerivation("m", {});
    expect(other.realizations(dref)).toEqual([]);
    const { rref } = await commitTexts(store, dref, { a: "x" });
    expect(other.realizations(dref)).toEqual([rref]);
  });

  test("tells contexts, artifacts, sizes, logs and records", async () => {
    const store = tempStore();
    const data = await store.putDerivation("data", {});
    const { rref: labels } = await commitTexts(store, data, { labels: "0123456789" });
    const dref = await store.putDerivation("m", { data });
    const context = makeContext([[data, [labels]]]);
    const texts = { "metrics.json": "{}", "usr/bin/x": "xyz", __display__: "12345" };
    const { rref } = await commitTexts(store, dref, texts, { context, log: "one\ntwo\n" });
    expect(store.context(rref)).toEqual({ [data]: [labels] });
    expect(store.artifacts(rref)).toEqual(["metrics.json", "usr"]);
    expect(store.sizeBytes(rref)).toBe(5);
    expect(store.log(rref)).toBe("one\ntwo\n");
    expect(store.log(labels)).toBe("");
    expect(store.buildRecord(rref)).toMatchObject({
      pid: process.pid,
      sizeBytes: 5,
      started: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      versions: { node: process.versions.node, lightnix: expect.stringMatching(/^\d+\.\d+\.\d+/) },
    });
    expect(openStore({ root: store.root }).context(rref)).toEqual(context);
  });
});

describe("temp folders", () => {
  test("are empty, distinct, writable, and inside the store", async () => {
    const store = tempStore();
    const [one, two] = [await store.tempFolder("a b/.."), await store.tempFolder("a b/..")];
    expect(one).not.toBe(two);
    expect(readdirSync(one)).toEqual([]);
    expect(one.startsWith(`${store.root}/tmp/`)).toBe(true);
    await store.discard(one);
    await store.discard(one);
    expect(existsSync(one)).toBe(false);
  });

  test("come back when somebody has cleared tmp and locks away", async () => {
    const store = tempStore();
    await store.tempFolder("x");
    rmSync(join(store.root, "tmp"), { recursive: true });
    rmSync(join(store.root, "locks"), { recursive: true });
    expect(existsSync(await store.tempFolder("x"))).toBe(true);
    rmSync(join(store.root, "locks"), { recursive: true });
    using _lock = await store.lock(absent);
  });

  test("keepFailed() puts one where it stays, under a name that tells what it is", async () => {
    const store = tempStore();
    const folder = await store.tempFolder("x");
    writeFileSync(join(folder, "half"), "half");
    const kept = await store.keepFailed(folder, absent);
    expect(kept).toMatch(
      new RegExp(`^${store.root}/tmp/failed-absent-00000000-\\d{4}-\\d\\d-\\d\\dT\\d{9}-[0-9a-f]{6}$`),
    );
    expect(readFileSync(join(kept, "half"), "utf8")).toBe("half");
    await expect(store.keepFailed(folder, absent)).rejects.toMatchObject({ code: "store-failed" });
  });
});

test("a dref keeps the type of its config on the way through the store", async () => {
  const store = tempStore();
  const dref: DRef<{ lr: number }> = await store.putDerivation<{ lr: number }>("m", { lr: 1 });
  const { rref } = await commitTexts(store, dref, {});
  expect(store.realizations(dref)).toEqual([rref]);
});
