import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeDRef, makeRRef, type RRef } from "../../../core/ref.ts";
import { match, type Candidate, type Matcher } from "../../../core/stage/matcher.ts";
import { all, best, exact, latest, only, some } from "../../../core/stage/matchers.ts";
import { flattenMetrics, type Metrics } from "../../../core/stage/metrics.ts";

const dref = makeDRef({ hash: "0".repeat(32), name: "model" });

interface Sample {
  readonly builtAt?: number;
  readonly metrics?: Record<string, Metrics>;
}

function candidate(digit: string, { builtAt = 0, metrics = {} }: Sample = {}): Candidate {
  return {
    rref: makeRRef(digit.repeat(32), dref),
    builtAt,
    path: `/store/${digit}`,
    context: {},
    artifacts: Object.keys(metrics),
    metrics: (file) => metrics[file],
  };
}

function scored(digit: string, accuracy: number | string, builtAt = 0): Candidate {
  return candidate(digit, { builtAt, metrics: { "metrics.json": { accuracy } } });
}

function picked(matcher: Matcher, candidates: readonly Candidate[]): string[] | undefined {
  return matcher.pick(candidates)?.map((rref: RRef) => rref.charAt(5));
}

describe("only()", () => {
  it("takes the one there is", () => {
    expect(picked(only(), [candidate("a")])).toEqual(["a"]);
    expect(picked(only(), [])).toBeUndefined();
  });

  it("refuses several, and says how to choose", () => {
    const pick = (): unknown => only().pick([candidate("a"), candidate("b")]);
    expect(pick).toThrow(/Cannot choose the only realization of "model": there are 2.*latest\(\).*best/);
    expect(pick).toThrow(expect.objectContaining({ code: "ambiguous-match" }));
  });
});

describe("latest()", () => {
  const three = [
    candidate("a", { builtAt: 2 }),
    candidate("b", { builtAt: 3 }),
    candidate("c", { builtAt: 1 }),
  ];

  it("takes those that were built last, newest first", () => {
    expect(picked(latest(), three)).toEqual(["b"]);
    expect(picked(latest(2), three)).toEqual(["b", "a"]);
  });

  it("takes none while there are fewer than it wants", () => {
    expect(picked(latest(4), three)).toBeUndefined();
    expect(latest(4).wants).toBe(4);
  });

  it("chooses the same whatever order it is asked in, also among equals", () => {
    const twins = [candidate("a"), candidate("b")];
    expect(picked(latest(), twins)).toEqual(picked(latest(), twins.toReversed()));
  });
});

describe("best()", () => {
  const byAccuracy = best("metrics.json", { key: "accuracy" });

  it("takes the largest, or the smallest if told so", () => {
    const three = [scored("a", 0.8), scored("b", 0.9), scored("c", 0.7)];
    expect(picked(byAccuracy, three)).toEqual(["b"]);
    expect(picked(best("metrics.json", { key: "accuracy", order: "min" }), three)).toEqual(["c"]);
    expect(picked(best("metrics.json", { key: "accuracy", n: 2 }), three)).toEqual(["b", "a"]);
  });

  it("takes the one built first of two that are equally good", () => {
    expect(picked(byAccuracy, [scored("a", 0.9, 2), scored("b", 0.9, 1)])).toEqual(["b"]);
    expect(
      picked(best("metrics.json", { key: "accuracy", order: "min" }), [scored("a", 1, 2), scored("b", 1, 1)]),
    ).toEqual(["b"]);
  });

  it("reads nested fields and files that hold nothing but a number", () => {
    const nested = candidate("a", { metrics: { "m.json": flattenMetrics({ test: { loss: 0.5 } }) } });
    expect(picked(best("m.json", { key: "test.loss" }), [nested])).toEqual(["a"]);
    const bare = [0.1, 0.3].map((value, index) =>
      candidate(String(index), { metrics: { "score.json": flattenMetrics(value) } }),
    );
    expect(picked(best("score.json"), bare)).toEqual(["1"]);
  });

  it("never takes one without the metric, or with one that is no number", () => {
    expect(
      picked(byAccuracy, [candidate("a"), scored("b", "high"), scored("c", Number.NaN), scored("d", -5)]),
    ).toEqual(["d"]);
  });

  it("says which numbers there are when none has the metric", () => {
    const pick = (): unknown =>
      best("metrics.json", { key: "acuracy" }).pick([scored("a", 0.8), scored("b", 0.9)]);
    expect(pick).toThrow(
      'Cannot choose the best realization of "model" by a number "acuracy" in metrics.json: none of its 2 has it. ' +
        'The file has: accuracy. Did you mean "accuracy"?',
    );
    expect(pick).toThrow(expect.objectContaining({ code: "no-metric" }));
  });

  it("says which artifacts there are when none has the file", () => {
    const pick = (): unknown => best("metric.json", { key: "accuracy" }).pick([scored("a", 0.8)]);
    expect(pick).toThrow(
      /its only realization does not have it. There is no JSON file of that name, but: metrics.json/,
    );
    expect(() => byAccuracy.pick([candidate("a")])).toThrow(/but: no artifacts at all/);
    expect(() => byAccuracy.pick([candidate("a", { metrics: { "metrics.json": {} } })])).toThrow(
      /has: no numbers/,
    );
  });

  it("says when the metric is null, as NaN becomes in JSON, and when the file is not JSON", () => {
    const folder = mkdtempSync(join(tmpdir(), "lightnix-core-metrics-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const diverged = {
      ...candidate("a", { metrics: { "m.json": flattenMetrics({ loss: 1 }) } }),
      path: folder,
    };
    writeFileSync(join(folder, "m.json"), JSON.stringify({ loss: 1, accuracy: Number.NaN }));
    const byM = best("m.json", { key: "accuracy" });
    expect(() => byM.pick([diverged])).toThrow(
      /It is null there, as NaN becomes in JSON.*count: 1 makes one more/,
    );
    writeFileSync(join(folder, "m.json"), '{"accuracy":NaN}');
    expect(() => byM.pick([{ ...candidate("a"), path: folder }])).toThrow(
      /m\.json is there, but is not JSON: .*N/,
    );
  });

  it("lets the realizer run while there is nothing to compare", () => {
    expect(picked(byAccuracy, [])).toBeUndefined();
  });

  it("tells what it compares by", () => {
    expect(byAccuracy.metric).toEqual({ file: "metrics.json", key: "accuracy", order: "max" });
  });

  it("refuses files outside the realization", () => {
    expect(() => best("../metrics.json")).toThrow(/Cannot make the path/);
  });
});

describe("some(), all(), exact()", () => {
  const three = [
    candidate("a", { builtAt: 2 }),
    candidate("b", { builtAt: 3 }),
    candidate("c", { builtAt: 1 }),
  ];

  it("some() takes those built first, so that new ones change nothing", () => {
    expect(picked(some(), three)).toEqual(["c"]);
    expect(picked(some(2), three)).toEqual(["c", "a"]);
    expect(picked(some(4), three)).toBeUndefined();
  });

  it("all() takes every one, and one at least", () => {
    expect(picked(all(), three)).toEqual(["c", "a", "b"]);
    expect(picked(all(), [])).toBeUndefined();
  });

  it("exact() takes just these, or none while one is missing", () => {
    const [a, b] = three as [Candidate, Candidate];
    expect(picked(exact(b.rref), three)).toEqual(["b"]);
    expect(picked(exact(a.rref, b.rref), three)).toEqual(["a", "b"]);
    expect(picked(exact(a.rref, b.rref), [a])).toBeUndefined();
  });

  it("exact() refuses no realization at all, and what is none", () => {
    expect(() => exact()).toThrow(RangeError);
    expect(() => exact("model" as RRef)).toThrow(/model is not a realization/);
  });
});

describe("match()", () => {
  it("sorts by a key, leaves out what has none, and takes the first ones", () => {
    const sizes: Record<string, number> = { a: 3, b: 1, c: 2 };
    const smallest = match({ name: "smallest()", key: ({ rref }) => sizes[rref.charAt(5)], take: 2 });
    expect(
      picked(
        smallest,
        ["a", "b", "c", "d"].map((digit) => candidate(digit)),
      ),
    ).toEqual(["b", "c"]);
  });

  it("takes what a function says", () => {
    const odd = match({ name: "odd()", take: (sorted) => sorted.filter((_, index) => index % 2 === 0) });
    expect(picked(odd, [candidate("a"), candidate("b"), candidate("c")])).toEqual(["a", "c"]);
    expect(picked(match({ name: "none()", take: () => [] }), [candidate("a")])).toBeUndefined();
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses to take %s", (n) => {
    expect(() => latest(n)).toThrow(RangeError);
    expect(() => best("m.json", { n })).toThrow(/is not a number of realizations/);
  });
});

describe("the names of matchers", () => {
  it("read as they are written", () => {
    const { rref } = candidate("a");
    expect([only(), latest(), latest(3), some(), all(), exact(rref)].map(({ name }) => name)).toEqual([
      "only()",
      "latest()",
      "latest(3)",
      "some()",
      "all()",
      "exact(aaaaaaaa)",
    ]);
    expect(best("metrics.json", { key: "accuracy" }).name).toBe('best("metrics.json", accuracy)');
    expect(best("m.json", { key: "loss", order: "min", n: 2 }).name).toBe('best("m.json", loss, min, 2)');
    expect(best("score.json").name).toBe('best("score.json")');
  });
});
