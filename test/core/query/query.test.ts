import { lstatSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeContext } from "../../../core/context.ts";
import { listArtifacts, readArtifact } from "../../../core/query/artifacts.ts";
import { dependencies, dependents, tops } from "../../../core/query/depend.ts";
import { diffConfigs } from "../../../core/query/diff.ts";
import { find, findDerivations, type RealizationQuery } from "../../../core/query/find.ts";
import { globPattern } from "../../../core/query/glob.ts";
import { linkInto } from "../../../core/query/link.ts";
import { diskUsage } from "../../../core/query/usage.ts";
import type { DRef, RRef } from "../../../core/ref.ts";
import { buildRecord } from "../../../core/store/record.ts";
import type { Store } from "../../../core/store/store.ts";
import { commitTexts, tempFolder, tempStore } from "../../support/temp-store.ts";

/** data <- model (two outcomes) <- report, and data <- plot, which is not realized. */
async function library(): Promise<{ store: Store; [name: string]: unknown } & Names> {
  const store = tempStore();
  const data = await store.putDerivation("data", { url: "x", rows: 3 });
  const model = await store.putDerivation("model-small", { data, lr: 0.1, optimizer: { name: "adam" } });
  const report = await store.putDerivation("report", { inputs: [model, [data, "rows.csv"]] });
  const plot = await store.putDerivation("plot", { data });
  const { rref: d1 } = await commitTexts(store, data, { "rows.csv": "1,2,3" });
  const { rref: m1 } = await commitTexts(store, model, { a: "1" }, { context: makeContext([[data, [d1]]]) });
  const { rref: m2 } = await commitTexts(store, model, { a: "22" }, { context: makeContext([[data, [d1]]]) });
  const context = makeContext([
    [data, [d1]],
    [model, [m1]],
  ]);
  const { rref: r1 } = await commitTexts(store, report, { text: "fine" }, { context });
  return { store, data, model, report, plot, d1, m1, m2, r1 };
}

interface Names {
  data: DRef;
  model: DRef;
  report: DRef;
  plot: DRef;
  d1: RRef;
  m1: RRef;
  m2: RRef;
  r1: RRef;
}

describe("dependencies()", () => {
  test("are those of a derivation, direct or all, dependencies first", async () => {
    const { store, data, model, report } = await library();
    expect(dependencies(store, report)).toEqual([data, model]);
    expect(dependencies(store, model, { direct: true })).toEqual([data]);
    expect(dependencies(store, data)).toEqual([]);
  });

  test("are those that a realization was made from", async () => {
    const { store, d1, m1, r1 } = await library();
    expect(dependencies(store, r1)).toEqual([d1, m1]);
    expect(dependencies(store, m1, { direct: true })).toEqual([d1]);
  });

  test("reach through a chain of thousands", async () => {
    const store = tempStore();
    let last = await store.putDerivation("link", {});
    for (let index = 0; index < 3000; index++) last = await store.putDerivation("link", { index, last });
    expect(dependencies(store, last)).toHaveLength(3000);
  });

  test("of what the store does not have are an error that says so", async () => {
    const { store, data } = await library();
    const absent = data.replace(/.-data$/, "0-data") as DRef;
    expect(() => dependencies(store, absent)).toThrow(
      expect.objectContaining({ code: "unknown-derivation" }),
    );
  });
});

describe("dependents()", () => {
  test("are derivations of a derivation, direct or all", async () => {
    const { store, data, model, report, plot } = await library();
    expect(await dependents(store, data)).toEqual([model, report, plot].sort());
    expect(await dependents(store, model)).toEqual([report]);
    expect(await dependents(store, report)).toEqual([]);
  });

  test("are realizations of a realization", async () => {
    const { store, d1, m1, m2, r1 } = await library();
    expect(await dependents(store, d1)).toEqual([m1, m2, r1].sort());
    expect(await dependents(store, m1, { direct: true })).toEqual([r1]);
    expect(await dependents(store, m2)).toEqual([]);
  });
});

test("tops() are what nothing depends on", async () => {
  const { store, report, plot, m2, r1 } = await library();
  expect(await tops(store)).toEqual({ derivations: [plot, report].sort(), realizations: [m2, r1].sort() });
});

describe("find()", () => {
  test("without a query finds all realizations", async () => {
    const { store, d1, m1, m2, r1 } = await library();
    const found = await find(store);
    expect(found.map(({ rref }) => rref).sort()).toEqual([d1, m1, m2, r1].sort());
    expect(found.find(({ rref }) => rref === m2)).toMatchObject({ name: "model-small", sizeBytes: 2 });
  });

  test.each<[what: string, query: RealizationQuery, names: readonly (keyof Names)[]]>([
    ["by a glob", { name: "model-*" }, ["m1", "m2"]],
    ["by a config field", { config: { lr: 0.1 } }, ["m1", "m2"]],
    ["by a field inside another", { config: { "optimizer.name": "adam", lr: 0.1 } }, ["m1", "m2"]],
    ["by a test of a field", { config: { rows: (rows) => Number(rows) > 2 } }, ["d1"]],
    ["by a field that is not there", { config: { lr: (lr) => lr === undefined } }, ["d1", "r1"]],
    ["by size", { sizeBytes: { min: 2, max: 4 } }, ["m2", "r1"]],
    ["by age", { newerThanMs: 60_000, name: "report" }, ["r1"]],
    ["nothing by another age", { olderThanMs: 60_000 }, []],
    ["by the time it started", { started: { after: new Date(0), before: new Date(1) } }, []],
    ["by the time it stopped", { stopped: { after: new Date(0) }, name: "d?t[a-b]" }, ["d1"]],
  ])("finds %s", async (_, query, names) => {
    const all = await library();
    const found = (await find(all.store, query)).map(({ rref }) => rref);
    expect(found.sort()).toEqual(names.map((name) => all[name]).sort());
  });

  test("sorts by time or size", async () => {
    const { store, m1, m2 } = await library();
    const largest = await find(store, { name: "model-*", order: "largest" });
    expect(largest.map(({ rref }) => rref)).toEqual([m2, m1]);
    const times = (await find(store, { order: "newest" })).map(({ stopped }) => stopped.getTime());
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  test("refuses a size that is none", async () => {
    await expect(find(tempStore(), { sizeBytes: { min: Number.NaN } })).rejects.toThrow(
      "Cannot find realizations by sizeBytes.min: NaN; it is a number",
    );
  });

  test("findDerivations() finds what is not realized, too", async () => {
    const { store, plot, model } = await library();
    expect(await findDerivations(store, { name: "{plot,none}" })).toEqual([plot]);
    expect(await findDerivations(store, { config: { lr: 0.1 } })).toEqual([model]);
  });
});

test.each([
  ["model-*", "model-1", true],
  ["model-*", "a-model-1", false],
  ["a.b", "a.b", true],
  ["a.b", "axb", false],
  ["?+", "x+", true],
  ["{a,b}c", "bc", true],
  ["[!a]c", "ac", false],
  ["[a-c]c", "bc", true],
  ["a{b", "a{b", true],
  ["a,b", "a,b", true],
])("the glob %s on %s: %s", (glob, name, fits) => {
  expect(globPattern(glob).test(name)).toBe(fits);
});

test("diskUsage() counts what is on the disk, the largest first", async () => {
  const { store, data, model } = await library();
  const big = await commitTexts(store, data, { big: "x".repeat(100_000) });
  const [first, ...others] = await diskUsage(store);
  expect(first?.dref).toBe(data);
  expect(first?.realizations[0]?.rref).toBe(big.rref);
  expect(first?.diskBytes).toBeGreaterThan(100_000);
  expect(others).toHaveLength(3);
  expect(await diskUsage(store, [model])).toHaveLength(1);
});

describe("artifacts", () => {
  test("are listed without the store's own files", async () => {
    const store = tempStore();
    const dref = await store.putDerivation("m", {});
    const { rref } = await commitTexts(store, dref, { "sub/deep": "12", top: "1" });
    expect(listArtifacts(store, rref)).toEqual([
      { name: "sub", kind: "folder", sizeBytes: 0, executable: false },
      { name: "top", kind: "file", sizeBytes: 1, executable: false },
    ]);
    expect(listArtifacts(store, rref, "sub").map(({ name }) => name)).toEqual(["deep"]);
    expect(listArtifacts(store, dref).map(({ name }) => name)).toContain("config.json");
    expect(readArtifact(store, rref, "sub", "deep").toString()).toBe("12");
    expect(readArtifact(store, dref).toString()).toBe("{}");
  });

  test.each<[segments: string[], code: string]>([
    [["topp"], "missing-artifact"],
    [["..", "config.json"], "invalid-path"],
    [["sub"], "not-a-file"],
    [[], "not-a-file"],
    [["top", "more"], "missing-artifact"],
  ])("that cannot be read: %j is %s", async (segments, code) => {
    const store = tempStore();
    const { rref } = await commitTexts(store, await store.putDerivation("m", {}), {
      "sub/deep": "12",
      top: "1",
    });
    expect(() => readArtifact(store, rref, ...segments)).toThrow(expect.objectContaining({ code }));
    expect(() => listArtifacts(store, rref, "top")).toThrow(
      expect.objectContaining({ code: "not-a-folder" }),
    );
  });

  test("that are not there come with the nearest name", async () => {
    const store = tempStore();
    const { rref } = await commitTexts(store, await store.putDerivation("m", {}), { metrics: "1" });
    expect(() => readArtifact(store, rref, "metric")).toThrow('Did you mean "metrics"?');
  });
});

test("diffConfigs() tells each field that differs", async () => {
  const { store, data, model, m1 } = await library();
  const other = await store.putDerivation("model", {
    data,
    lr: 0.2,
    optimizer: { name: "adam", beta: [1, 2] },
  });
  const third = await store.putDerivation("model", { data, optimizer: { name: "sgd", beta: [1, 3, 4] } });
  expect(diffConfigs(store, model, other)).toEqual([
    { path: ["lr"], before: 0.1, after: 0.2 },
    { path: ["optimizer", "beta"], after: [1, 2] },
  ]);
  expect(diffConfigs(store, other, third)).toEqual([
    { path: ["lr"], before: 0.2 },
    { path: ["optimizer", "beta", 1], before: 2, after: 3 },
    { path: ["optimizer", "beta", 2], after: 4 },
    { path: ["optimizer", "name"], before: "adam", after: "sgd" },
  ]);
  expect(diffConfigs(store, m1, { data, lr: 0.1, optimizer: { name: "adam" } })).toEqual([]);
});

describe("linkInto()", () => {
  test("makes a link, and replaces an earlier one", async () => {
    const { store, model, m1, m2 } = await library();
    const folder = join(tempFolder(), "results");
    expect(linkInto(store, m1, folder)).toBe(join(folder, "model-small"));
    expect(readlinkSync(linkInto(store, m2, folder))).toBe(store.path(m2));
    expect(readlinkSync(linkInto(store, model, folder))).toBe(store.path(model));
    expect(readdirSync(folder)).toEqual(["model-small"]);
  });

  test("names it with time and hash", async () => {
    const store = tempStore();
    const dref = await store.putDerivation("m", {});
    const build = await store.tempFolder("build");
    const when = new Date("2026-01-31T23:59:58.123Z");
    const { rref } = await store.commit(dref, build, { context: {}, record: buildRecord(when, when) });
    const path = linkInto(store, rref, tempFolder(), { format: "result-{time}-{name}-{hash}" });
    expect(path).toMatch(/\/result-20260131-235958-m-[0-9a-f]{32}$/);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });

  test.each(["a/b", "", "..", "{nam}"])("refuses the format %j", async (format) => {
    const { store, m1 } = await library();
    expect(() => linkInto(store, m1, tempFolder(), { format })).toThrow(
      expect.objectContaining({ code: "invalid-link-name" }),
    );
  });

  test("leaves alone what is no link", async () => {
    const { store, m1 } = await library();
    const folder = tempFolder();
    mkdirSync(join(folder, "model-small"));
    writeFileSync(join(folder, "model-small", "mine"), "");
    expect(() => linkInto(store, m1, folder)).toThrow(expect.objectContaining({ code: "in-the-way" }));
    expect(readdirSync(join(folder, "model-small"))).toEqual(["mine"]);
  });
});
