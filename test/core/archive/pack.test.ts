import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packClosure } from "../../../core/archive/pack-closure.ts";
import { unpackClosure } from "../../../core/archive/unpack-closure.ts";
import { emptyContext } from "../../../core/context.ts";
import { lens } from "../../../core/lens/lens.ts";
import { outcomes } from "../../../core/outcomes/outcomes.ts";
import { drefOf } from "../../../core/ref.ts";
import { buildRecord } from "../../../core/store/record.ts";
import { openStore } from "../../../core/store/store.ts";
import {
  arbitraryConfig,
  arbitraryFolder,
  arbitraryName,
  type PlanOfFolder,
} from "../../support/arbitraries.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";
import { runExperiment } from "./experiment.ts";

describe("packClosure() and unpackClosure()", () => {
  it("bring a realization with all that it was made from into another store", async () => {
    const store = freshStore();
    const { report, models, data } = await runExperiment(store);
    const file = join(freshFolder(), "report.tar.zst");
    const packed = await packClosure(store, report, file);
    const other = freshStore();
    const brought = await unpackClosure(other, file);
    expect(brought.refs).toEqual(packed.refs);
    expect(brought.added).toEqual(packed.refs);
    expect(new Set(packed.refs)).toEqual(
      new Set([data, ...models, report].flatMap((rref) => [rref, drefOf(rref)])),
    );
    expect(readFileSync(join(other.path(report), "report.txt"), "utf8")).toBe("3");
    expect(readFileSync(join(other.path(data), "bin", "show"), "utf8")).toBe("#!/bin/sh\n");
  });

  it("tell of each object, and stop when told to", async () => {
    const store = freshStore();
    const { report } = await runExperiment(store);
    const folder = freshFolder();
    const file = join(folder, "report.tar.zst");
    const seen: string[] = [];
    const onProgress = ({ ref }: { ref: string }): void => void seen.push(ref);
    const { refs } = await packClosure(store, report, file, { onProgress });
    expect(seen.splice(0)).toEqual(refs);
    const stop = (): { signal: AbortSignal; onProgress: () => void } => {
      const controller = new AbortController();
      return { signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) };
    };
    await expect(packClosure(store, report, join(folder, "half.tar.zst"), stop())).rejects.toThrow("enough");
    expect(readdirSync(folder)).toEqual(["report.tar.zst"]);
    const other = freshStore();
    await expect(unpackClosure(other, file, stop())).rejects.toThrow("enough");
    expect(other.has(report)).toBe(false);
    await unpackClosure(other, file, { onProgress });
    expect(seen).toEqual(refs);
  });

  it("let build record and log travel along", async () => {
    const store = freshStore();
    const { data } = await runExperiment(store);
    const file = join(freshFolder(), "data.tar.zst");
    await packClosure(store, [data], file);
    const other = freshStore();
    await unpackClosure(other, file);
    expect(other.buildRecord(data)).toEqual(store.buildRecord(data));
    expect(other.log(data)).toBe("making rows\n");
  });

  it("take all realizations of a derivation along", async () => {
    const store = freshStore();
    const {
      models: [model],
    } = await runExperiment(store);
    const dref = drefOf(model);
    const file = join(freshFolder(), "model.tar.zst");
    await packClosure(store, dref, file);
    const other = freshStore();
    await unpackClosure(other, file);
    expect((await outcomes(dref, { store: other })).rows).toEqual((await outcomes(dref, { store })).rows);
    expect(lens(model, { store: other }).get("data").get("rows").val).toBe(3);
  });

  it("give the same bytes for the same closure, whatever it is asked for by, in whatever store it is", async () => {
    const store = freshStore();
    const { report, models, data } = await runExperiment(store);
    const folder = freshFolder();
    await packClosure(store, report, join(folder, "a"));
    await packClosure(store, [...models.toReversed(), report, data], join(folder, "b"));
    const other = freshStore();
    await unpackClosure(other, join(folder, "a"));
    await packClosure(other, report, join(folder, "c"));
    const [a, b, c] = ["a", "b", "c"].map((name) => readFileSync(join(folder, name)));
    expect(b?.equals(a ?? Buffer.of())).toBe(true);
    expect(c?.equals(a ?? Buffer.of())).toBe(true);
    expect(readdirSync(folder).toSorted()).toEqual(["a", "b", "c"]);
  });

  it("change nothing when the store has it all", async () => {
    const store = freshStore();
    const { report } = await runExperiment(store);
    const file = join(freshFolder(), "report.tar.zst");
    await packClosure(store, report, file);
    expect((await unpackClosure(store, file)).added).toEqual([]);
  });

  it("bring any tree and any config through as they are", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryName, arbitraryConfig, arbitraryFolder, async (name, config, plan) => {
        const store = openStore({ root: freshFolder(), durable: false });
        const dref = await store.putDerivation(name, config);
        const folder = await store.tempFolder("plan");
        makePlan(folder, plan);
        const record = buildRecord(new Date(0), new Date(1));
        const { rref } = await store.commit(dref, folder, { context: emptyContext, record, log: "a\0b" });
        const files = freshFolder();
        await packClosure(store, rref, join(files, "a"));
        const other = openStore({ root: freshFolder(), durable: false });
        const { refs } = await unpackClosure(other, join(files, "a"));
        expect(refs).toEqual([dref, rref]);
        await packClosure(other, rref, join(files, "b"));
        expect(readFileSync(join(files, "b")).equals(readFileSync(join(files, "a")))).toBe(true);
        expect(other.config(dref)).toEqual(store.config(dref));
      }),
      { numRuns: 60 },
    );
  });

  it("carry a large file in pieces", async () => {
    const store = freshStore();
    const dref = await store.putDerivation("large", {});
    const folder = await store.tempFolder("large");
    const content = Buffer.alloc(11 * 1024 * 1024 + 7, "lightnix ");
    await writeFile(join(folder, "large.bin"), content);
    const { rref } = await store.commit(dref, folder, {
      context: emptyContext,
      record: buildRecord(new Date(0), new Date(1)),
    });
    const file = join(freshFolder(), "large.tar.zst");
    await packClosure(store, rref, file);
    const other = freshStore();
    await unpackClosure(other, file);
    expect(readFileSync(join(other.path(rref), "large.bin")).equals(content)).toBe(true);
  });

  it("say what is not in the store, and leave no file behind", async () => {
    const folder = freshFolder();
    const { data } = await runExperiment(freshStore());
    await expect(packClosure(freshStore(), data, join(folder, "x"))).rejects.toMatchObject({
      code: "unknown-realization",
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("packClosure()", () => {
  it("says where it cannot write to", async () => {
    const store = freshStore();
    const { data } = await runExperiment(store);
    await expect(packClosure(store, data, join(freshFolder(), "nowhere", "x"))).rejects.toMatchObject({
      code: "not-packed",
    });
  });
});

describe("an archive", () => {
  it("is what tar and zstd unpack to what a store looks like", async () => {
    const store = freshStore();
    const { report } = await runExperiment(store);
    const folder = freshFolder();
    await packClosure(store, report, join(folder, "report.tar.zst"));
    execFileSync("tar", ["--zstd", "-xf", "report.tar.zst"], { cwd: folder });
    const unpacked = openStore({ root: folder });
    expect(unpacked.derivations()).toEqual(store.derivations());
    expect(unpacked.realizations(drefOf(report))).toEqual([report]);
  });

  it("says nothing of when and by whom it was made", async () => {
    const store = freshStore();
    const { report } = await runExperiment(store);
    const file = join(freshFolder(), "report.tar.zst");
    await packClosure(store, report, file);
    utimesSync(store.path(report), new Date(0), new Date(0));
    const lines = execFileSync("tar", ["--zstd", "--numeric-owner", "--utc", "-tvf", file], {
      encoding: "utf8",
    });
    for (const line of lines.trim().split("\n")) expect(line).toMatch(/^\S+ 0\/0 +\d+ 1970-01-01 00:00 /);
  });
});

function makePlan(folder: string, plan: PlanOfFolder): void {
  for (const [name, item] of Object.entries(plan)) {
    const path = join(folder, name);
    if (item.kind === "file") writeFileSync(path, item.content, { mode: item.executable ? 0o755 : 0o644 });
    else if (item.kind === "link") symlinkSync(item.target, path);
    else {
      mkdirSync(path);
      makePlan(path, item.items);
    }
  }
}
