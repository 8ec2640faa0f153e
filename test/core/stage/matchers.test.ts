import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Json } from "../../../core/config.ts";
import { makeDRef, makeRRef, type RRef } from "../../../core/ref.ts";
import { narrow } from "../../../core/stage/combine.ts";
import { match, type Candidate, type Matcher } from "../../../core/stage/matcher.ts";
import { all, best, exact, latest, only, some } from "../../../core/stage/matchers.ts";
import { flattenMetrics, readMetrics, type Metrics } from "../../../core/stage/metrics.ts";
import { spelledMatcher, spellingOf } from "../../../core/stage/spelling.ts";
import { tolerant } from "../../../core/stage/tolerant.ts";

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

const byAccuracy = best("metrics.json", { key: "accuracy" });

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

  it("never takes one that diverged, be it the largest of all", () => {
    const infinite = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
    for (const order of ["max", "min"] as const) {
      const matcher = best("metrics.json", { key: "accuracy", order });
      const candidates = [...infinite, 0.5].map((value, index) => scored(String(index), value));
      expect(picked(matcher, candidates)).toEqual(["3"]);
    }
  });

  it("says what each has when none can be compared", () => {
    const folder = mkdtempSync(join(tmpdir(), "lightnix-core-metrics-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const read = (text: string): Candidate => {
      writeFileSync(join(folder, "m.json"), text);
      return { ...candidate("a"), path: folder, metrics: (file) => readMetrics(folder, file) };
    };
    const byM = best("m.json", { key: "accuracy" });
    const has =
      /its only realization has NaN there\. Another run may do better: count: 1 makes one more\. A tolerant\(\) matcher takes/;
    expect(() => byM.pick([read(JSON.stringify({ loss: 1, accuracy: Number.NaN }))])).toThrow(has);
    expect(() => byM.pick([read('{"accuracy": NaN}')])).toThrow(has);
    expect(() => byM.pick([read('{"accuracy": -Infinity}')])).toThrow("has -Infinity there");
    expect(() => byM.pick([read('{"accuracy": [1, 2], "loss": 3}')])).toThrow(
      "its only realization has a list of 2 there. The file has: loss.",
    );
    expect(() => byM.pick([read('{"accuracy": {}}')])).toThrow(
      "has an object there. The file has: no numbers",
    );
    expect(() => byM.pick([read('{"accuracy": nan}')])).toThrow(/m\.json is there, but is not JSON: .*/);
    expect(() =>
      byAccuracy.pick([
        scored("a", Number.NaN),
        scored("b", "high"),
        candidate("c", { metrics: { "metrics.json": {} } }),
      ]),
    ).toThrow(
      'Cannot choose the best realization of "model" by a number "accuracy" in metrics.json: none of its 3 has it ' +
        '(aaaaaaaa has NaN, bbbbbbbb has "high", cccccccc has none). Another run may do better: count: 1 makes one more. A tolerant() matcher takes what diverged as well',
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

describe("tolerant()", () => {
  const diverged = [scored("a", Number.NaN, 2), scored("b", "high", 1), candidate("c", { builtAt: 3 })];

  it("takes what cannot be compared, the one built first, when there is nothing else", () => {
    expect(picked(tolerant(byAccuracy), diverged)).toEqual(["b"]);
    expect(picked(tolerant(byAccuracy), [...diverged, scored("d", -5)])).toEqual(["d"]);
    expect(picked(tolerant(byAccuracy), [])).toBeUndefined();
  });

  it("fills up with it what is asked for, behind what can be compared", () => {
    const three = tolerant(best("metrics.json", { key: "accuracy", n: 3 }));
    expect(picked(three, [...diverged, scored("d", 1), scored("e", 2)])).toEqual(["e", "d", "b"]);
    expect(picked(three, diverged)).toEqual(["b", "a", "c"]);
    expect(picked(three, diverged.slice(0, 2))).toBeUndefined();
  });

  it("keeps to what a matcher before it took", () => {
    expect(picked(tolerant(narrow(latest(2), byAccuracy)), diverged)).toEqual(["a"]);
  });

  it("passes on whatever else a matcher refuses, and what it asks for", () => {
    expect(() => tolerant(only()).pick(diverged)).toThrow(
      expect.objectContaining({ code: "ambiguous-match" }),
    );
    const { wants, metric, name } = tolerant(byAccuracy);
    expect([wants, metric, name]).toEqual([1, byAccuracy.metric, 'tolerant(best("metrics.json", accuracy))']);
    const own = match({
      name: "own()",
      take: () => {
        throw Object.assign(new Error("no metric of mine"), { code: "no-metric" });
      },
    });
    expect(() => tolerant(own).pick(diverged)).toThrow("no metric of mine");
  });

  it("is known by its call, so that it is taken along with a stage", () => {
    const spelled = spelledMatcher(spellingOf(tolerant(byAccuracy)) as unknown as Json);
    expect(spelled?.name).toBe(tolerant(byAccuracy).name);
    expect(picked(spelled as Matcher, diverged)).toEqual(["b"]);
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
