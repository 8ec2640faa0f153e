import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { copyClosure } from "../../../core/archive/copy-closure.ts";
import { drefOf } from "../../../core/ref.ts";
import { freshStore } from "../fresh-store.ts";
import { runExperiment } from "./experiment.ts";

describe("copyClosure()", () => {
  it("copies a realization with all that it was made from, records and logs included", async () => {
    const from = freshStore();
    const to = freshStore();
    const { report, models, data } = await runExperiment(from);
    const { refs, added } = await copyClosure(from, to, report);
    expect(added).toEqual(refs);
    expect(new Set(refs)).toEqual(new Set([data, ...models, report].flatMap((rref) => [rref, drefOf(rref)])));
    expect(to.buildRecord(data)).toEqual(from.buildRecord(data));
    expect(to.log(data)).toBe("making rows\n");
    expect(to.context(report)).toEqual(from.context(report));
    expect(readFileSync(join(to.path(data), "rows.csv"), "utf8")).toBe("x,y\n1,2\n");
  });

  it("copies only what is missing", async () => {
    const from = freshStore();
    const to = freshStore();
    const { report, data } = await runExperiment(from);
    await copyClosure(from, to, data);
    const { refs, added } = await copyClosure(from, to, [report, data]);
    expect(added).toEqual(refs.filter((ref) => ref !== data && ref !== drefOf(data)));
    expect((await copyClosure(from, to, report)).added).toEqual([]);
  });

  it("tells of each object, and stops when told to", async () => {
    const from = freshStore();
    const to = freshStore();
    const { report } = await runExperiment(from);
    const controller = new AbortController();
    const seen: string[] = [];
    const copying = copyClosure(from, to, report, {
      signal: controller.signal,
      onProgress: ({ ref, done, total }) => {
        seen.push(`${done} of ${total} ${ref.slice(0, 4)}`);
        if (done === 2) controller.abort(new Error("enough"));
      },
    });
    await expect(copying).rejects.toThrow("enough");
    expect(seen[0]).toMatch(/^1 of \d+ dref$/u);
    expect(seen).toHaveLength(2);
    expect(to.has(report)).toBe(false);
    const { refs } = await copyClosure(from, to, report, { onProgress: ({ ref }) => seen.push(ref) });
    expect(seen.slice(2)).toEqual(refs);
  });

  it("copies a derivation with all its realizations", async () => {
    const from = freshStore();
    const to = freshStore();
    const {
      models: [model],
    } = await runExperiment(from);
    const dref = drefOf(model);
    await copyClosure(from, to, [dref]);
    expect(to.realizations(dref)).toEqual(from.realizations(dref));
  });

  it("does not copy what is damaged", async () => {
    const from = freshStore();
    const to = freshStore();
    const { data } = await runExperiment(from);
    const file = join(from.path(data), "rows.csv");
    chmodSync(file, 0o644);
    writeFileSync(file, "x,y\n1,3\n");
    await expect(copyClosure(from, to, data)).rejects.toMatchObject({ code: "wrong-hash" });
    expect(to.realizations(drefOf(data))).toEqual([]);
  });

  it("says what the store does not have", async () => {
    const { data } = await runExperiment(freshStore());
    await expect(copyClosure(freshStore(), freshStore(), data)).rejects.toMatchObject({
      code: "unknown-realization",
    });
  });
});
