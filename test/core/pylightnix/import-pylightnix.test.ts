import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { lens } from "../../../core/lens/lens.ts";
import { outcomes } from "../../../core/outcomes/outcomes.ts";
import { importPylightnix } from "../../../core/pylightnix/import-pylightnix.ts";
import { pylightnixRefs, type RefMap } from "../../../core/pylightnix/kept-refs.ts";
import { drefOf, isDRef, isRRef, type DRef, type RRef } from "../../../core/ref.ts";
import { pylightnixHash } from "../../../core/pylightnix/pylightnix-hash.ts";
import type { Store } from "../../../core/store/store.ts";
import { walkTree } from "../../../core/store/tree.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";

const FIXTURE = fileURLToPath(new URL("../../fixtures/pylightnix-store.tar.gz", import.meta.url));
const DATA = "dref:b89b229561f374223af5b0d9c6ca0a22-data-1";
const MODEL = "dref:2a215d0db7dd02a2b40612000ca325db-model-1";
const REPORT = "dref:af81ebdc06d7ef072b7148f501b180f9-report-1";
const DATA_OUTCOME = "rref:44ccf3fa8dc53e5a34ac43bbc5707170-b89b229561f374223af5b0d9c6ca0a22-data-1";
const REPORT_OUTCOME = "rref:f4dcc13c0064f1b385e6e5e829e3ea95-af81ebdc06d7ef072b7148f501b180f9-report-1";
const MODEL_OUTCOMES = [
  "rref:0e72f268c9d36c59a50821b9a97f5a2b-2a215d0db7dd02a2b40612000ca325db-model-1",
  "rref:3da1c0a5591404c4acf2cc5b33ba5969-2a215d0db7dd02a2b40612000ca325db-model-1",
  "rref:dc3a18a736c8f86bbdef6cb3d7370000-2a215d0db7dd02a2b40612000ca325db-model-1",
];

let old: string;
let store: Store;

beforeEach(() => {
  old = freshFolder();
  execFileSync("tar", ["-xzf", FIXTURE, "-C", old]);
  store = freshStore();
});

describe("importPylightnix() of a store that the real Pylightnix wrote", () => {
  it("brings all derivations and realizations over, and returns their new addresses by the old ones", async () => {
    const refs = await importPylightnix(old, { store });
    expect(new Set(refs.keys())).toEqual(
      new Set([DATA, MODEL, REPORT, DATA_OUTCOME, ...MODEL_OUTCOMES, REPORT_OUTCOME]),
    );
    expect(new Set<unknown>(store.derivations())).toEqual(
      new Set([DATA, MODEL, REPORT].map((one) => refs.get(one))),
    );
    expect(new Set<unknown>(store.realizations(drefAt(refs, MODEL)))).toEqual(
      new Set(MODEL_OUTCOMES.map((one) => refs.get(one))),
    );
    expect(store.realizations(drefAt(refs, DATA))).toEqual([refs.get(DATA_OUTCOME)]);
    expect(store.realizations(drefAt(refs, REPORT))).toEqual([refs.get(REPORT_OUTCOME)]);
  });

  it("translates the addresses in configs, and keeps everything else of them", async () => {
    const refs = await importPylightnix(old, { store });
    expect(store.config(drefAt(refs, MODEL))).toEqual({
      name: "model-1",
      data: refs.get(DATA),
      rows: [refs.get(DATA), "rows.csv"],
      lr: 0.001,
      unicode: "é ü 中 😀",
      big: 9007199254740991,
      metrics: ["__self__", "metrics.json"],
    });
    expect(store.config(drefAt(refs, DATA))).toMatchObject({
      rows: 40,
      tags: ["a", "b", { c: 1.5, d: null, e: true }],
      __artifacts__: { "rows.csv": "b9eba9840dcea41ff7c94b0031e22b0069907f1a91e94d1ba7ac863f8e80ccb8" },
    });
  });

  it("translates contexts to those of direct dependencies", async () => {
    const refs = await importPylightnix(old, { store });
    const models = store.realizations(drefAt(refs, MODEL));
    expect(store.context(rrefAt(refs, REPORT_OUTCOME))).toEqual({ [drefAt(refs, MODEL)]: models });
    for (const one of MODEL_OUTCOMES) {
      expect(store.context(rrefAt(refs, one))).toEqual({ [drefAt(refs, DATA)]: [refs.get(DATA_OUTCOME)] });
    }
  });

  it("copies all artifacts byte by byte", async () => {
    const refs = await importPylightnix(old, { store });
    for (const one of [DATA_OUTCOME, ...MODEL_OUTCOMES, REPORT_OUTCOME]) {
      const expected = (await contentsOf(folderOf(one))).filter(
        ([path]) => !/^(context\.json|__build.*)$/.test(path),
      );
      const found = (await contentsOf(store.path(rrefAt(refs, one)))).filter(
        ([path]) => path !== "context.json" && path !== "__build__.json",
      );
      expect(found).toEqual(expected);
      expect(found.length).toBeGreaterThan(0);
    }
  });

  it("keeps the build times, and the old address in the build record", async () => {
    const refs = await importPylightnix(old, { store });
    expect(store.buildRecord(rrefAt(refs, DATA_OUTCOME))).toMatchObject({
      started: "2026-11-24T18:19:26.411Z",
      stopped: "2026-11-24T18:19:26.411Z",
      pylightnix: DATA_OUTCOME,
      host: "unknown",
      sizeBytes: 473,
    });
  });

  it("lets lenses walk over it", async () => {
    const refs = await importPylightnix(old, { store });
    const report = lens(rrefAt(refs, REPORT_OUTCOME), { store });
    expect(report.get("models").rrefs).toHaveLength(3);
    const model = lens(rrefAt(refs, MODEL_OUTCOMES[0] ?? ""), { store });
    expect(model.get("metrics").json).toEqual({ accuracy: 0.162, loss: [0.9, 0.5, 0.3] });
    expect(model.get("rows").contents).toMatch(/^x,y\n0,0\.031000\n/);
    expect(model.get("data").get("tags").get("2").get("c").val).toBe(1.5);
  });

  it("lets outcomes show it", async () => {
    const refs = await importPylightnix(old, { store });
    const { rows, columns } = await outcomes(drefAt(refs, MODEL), { store });
    expect(columns).toEqual(["accuracy", "loss"]);
    expect(new Set(rows.map(({ metrics }) => metrics["accuracy"]))).toEqual(new Set([0.162, 0.7847, 0.8612]));
    expect(rows.every(({ state }) => state === "realized")).toBe(true);
  });

  it("keeps the new addresses in the store", async () => {
    const refs = await importPylightnix(old, { store });
    expect(pylightnixRefs(store)).toEqual(refs);
    expect(existsSync(join(store.root, "pylightnix.json"))).toBe(true);
  });

  it("changes nothing when it is done again, from the root or from the folder in it", async () => {
    const refs = await importPylightnix(old, { store });
    const before = await snapshot(store.root);
    expect(await importPylightnix(join(old, "store-v0"), { store })).toEqual(refs);
    expect(await snapshot(store.root)).toEqual(before);
  });

  it("brings back what was lost since", async () => {
    const refs = await importPylightnix(old, { store });
    const report = rrefAt(refs, REPORT_OUTCOME);
    execFileSync("chmod", ["-R", "u+w", store.path(report)]);
    rmSync(store.path(report), { recursive: true });
    expect(await importPylightnix(old, { store })).toEqual(refs);
    expect(store.has(report)).toBe(true);
  });

  it("only reads the old store", async () => {
    const before = await snapshot(old);
    await importPylightnix(old, { store });
    expect(await snapshot(old)).toEqual(before);
  });
});

describe("importPylightnix()", () => {
  it("says where there is no such store", async () => {
    const below = join(freshFolder(), "file", "store");
    writeFileSync(dirname(below), "");
    await expect(importPylightnix(below, { store })).rejects.toMatchObject({
      code: "not-a-pylightnix-store",
    });
    await expect(importPylightnix(freshFolder(), { store })).rejects.toMatchObject({
      code: "not-a-pylightnix-store",
      message: expect.stringMatching(
        /^Cannot import the Pylightnix store ".*": there is no folder store-v0 in it/,
      ),
    });
  });

  it("imports nothing when a config is not what its address says", async () => {
    const path = join(old, "store-v0", MODEL.slice(5), "config.json");
    writeFileSync(path, readFileSync(path, "utf8").replace("0.001", "0.002"));
    await expect(importPylightnix(old, { store })).rejects.toMatchObject({ code: "damaged" });
    expect(store.derivations()).toEqual([]);
  });

  it("names a realization of which a byte was flipped", async () => {
    writeFileSync(join(folderOf(MODEL_OUTCOMES[1] ?? ""), "weights", "w.bin"), Buffer.alloc(256));
    await expect(importPylightnix(old, { store })).rejects.toMatchObject({
      code: "not-imported",
      message: expect.stringMatching(/"rref:3da1.*its files have another hash/),
    });
    expect((await importPylightnix(old, { store, checkHashes: false })).size).toBe(8);
  });

  it("names what something depends on and is not there", async () => {
    rmSync(join(old, "store-v0", DATA.slice(5)), { recursive: true });
    await expect(importPylightnix(old, { store })).rejects.toMatchObject({
      code: "not-imported",
      message: expect.stringMatching(
        /model-1" of .* it depends on dref:.*-data-1, which the store does not have/,
      ),
    });
  });

  it("names what a realization was made from and is not there, and keeps what came before", async () => {
    rmSync(folderOf(MODEL_OUTCOMES[0] ?? ""), { recursive: true });
    await expect(importPylightnix(old, { store })).rejects.toMatchObject({
      code: "not-imported",
      message: expect.stringMatching(/report-1" of .* it was made from rref:0e72/),
    });
    expect(pylightnixRefs(store).has(MODEL_OUTCOMES[1] ?? "")).toBe(true);
    expect(store.derivations()).toHaveLength(3);
  });

  it("names a realization that does not fit into a store", async () => {
    symlinkSync("/etc/passwd", join(folderOf(REPORT_OUTCOME), "_link"));
    await expect(importPylightnix(old, { store })).rejects.toMatchObject({
      code: "not-imported",
      message: expect.stringMatching(/f4dcc13c.*: Cannot store the link "_link"/),
      data: { ref: REPORT_OUTCOME },
    });
  });

  it("imports what Either recorded as failed as a failed realization", async () => {
    const folder = folderOf(REPORT_OUTCOME);
    writeFileSync(join(folder, "either_status.txt"), "Traceback ...\nValueError: no\n");
    const hash = await pylightnixHash(folder);
    renameSync(folder, join(folder, "..", hash ?? ""));
    const refs = await importPylightnix(old, { store });
    expect((await outcomes(drefAt(refs, REPORT), { store })).rows).toMatchObject([
      { state: "failed", error: "Traceback ...\nValueError: no" },
    ]);
  });

  it("translates the tags of older versions, paths with slashes, and numbers that are too large", async () => {
    const dref = addDerivation(old, "older", {
      a: ["__promise__", "usr/bin", "x"],
      b: [["__claim__", "y"]],
      c: [DATA, "sub/rows.csv"],
      d: ["__self__"],
      e: [DATA, "rows.csv", "./"],
      n: "BIG",
      z: "MINUS",
    });
    const refs = await importPylightnix(old, { store });
    expect(store.config(drefAt(refs, dref))).toEqual({
      name: "older",
      a: ["__self__", "usr", "bin", "x"],
      b: [["__self__", "y"]],
      c: [refs.get(DATA), "sub", "rows.csv"],
      d: "__self__",
      e: [refs.get(DATA), "rows.csv"],
      n: "123456789012345678901234567890",
      z: 0,
    });
  });

  it("passes over what Pylightnix left half done", async () => {
    mkdirSync(join(old, "store-v0", `${DATA.slice(5)}.tmp`));
    mkdirSync(join(old, "store-v0", DATA.slice(5), `${"0".repeat(32)}.tmp`));
    mkdirSync(join(old, "store-v0", DATA.slice(5), "1".repeat(32)));
    expect((await importPylightnix(old, { store })).size).toBe(8);
  });

  it("says what to do when the addresses that it keeps are damaged", async () => {
    await importPylightnix(old, { store });
    rmSync(join(store.root, "pylightnix.json"));
    writeFileSync(join(store.root, "pylightnix.json"), "{}");
    await expect(importPylightnix(old, { store })).rejects.toMatchObject({
      code: "damaged",
      message: expect.stringMatching(/Remove it and import again/),
    });
  });
});

function drefAt(refs: RefMap, oldRef: string): DRef {
  const ref = refs.get(oldRef);
  if (!isDRef(ref)) throw new Error(`${oldRef} was not imported`);
  return ref;
}

function rrefAt(refs: RefMap, oldRef: string): RRef {
  const ref = refs.get(oldRef);
  if (!isRRef(ref)) throw new Error(`${oldRef} was not imported`);
  return ref;
}

function folderOf(oldRref: string): string {
  const rest = drefOf(oldRref as RRef).slice("dref:".length);
  return join(old, "store-v0", rest, oldRref.slice(5, 37));
}

/** Adds a derivation as Pylightnix would; the texts "BIG" and "MINUS" stand for numbers that JavaScript does not have. */
function addDerivation(root: string, name: string, fields: object): string {
  const text = JSON.stringify({ name, ...fields }, undefined, 4)
    .replace('"BIG"', "123456789012345678901234567890")
    .replace('"MINUS"', "-0.0");
  const folder = `${createHash("sha256").update(text).digest("hex").slice(0, 32)}-${name}`;
  mkdirSync(join(root, "store-v0", folder));
  writeFileSync(join(root, "store-v0", folder, "config.json"), text);
  return `dref:${folder}`;
}

async function contentsOf(folder: string): Promise<[string, string][]> {
  return (await walkTree(folder)).map(({ kind, path }) => [
    path,
    kind === "file" ? readFileSync(join(folder, path)).toString("hex") : kind,
  ]);
}

/** Everything in a folder with its times, but not what processes do in a store meanwhile. */
async function snapshot(root: string): Promise<string[]> {
  const entries = (await walkTree(root)).filter(({ path }) => !/^(tmp|locks)(\/|$)/.test(path));
  expect(readdirSync(root).length).toBeGreaterThan(0);
  return entries.map(({ kind, path }) => {
    const { mtimeMs, ino, mode } = statSync(join(root, path));
    return `${kind} ${path} ${mtimeMs} ${ino} ${mode}`;
  });
}
