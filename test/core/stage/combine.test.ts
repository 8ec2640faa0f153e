import { describe, expect, it } from "vitest";
import {
  best,
  both,
  either,
  exact,
  latest,
  match,
  narrow,
  only,
  some,
  type Candidate,
  type RRef,
} from "../../../core/index.ts";

/** Candidates that were built one after the other, with these accuracies. */
function candidates(...accuracies: readonly (number | undefined)[]): Candidate[] {
  return accuracies.map((accuracy, at) => ({
    rref: rref(at),
    builtAt: at,
    path: "",
    context: {},
    artifacts: [],
    metrics: () => (accuracy === undefined ? undefined : { accuracy }),
  }));
}

const rref = (at: number): RRef => `rref:${String(at).padStart(32, "0")}-${"0".repeat(32)}-a` as RRef;
const rrefs = (...at: readonly number[]): RRef[] => at.map(rref);
const byAccuracy = best("metrics.json", { key: "accuracy" });
const four = candidates(0.9, 0.5, 0.7, 0.6);

describe("narrow()", () => {
  it("lets each matcher choose out of what the one before took", () => {
    expect(narrow(latest(2), byAccuracy).pick(four)).toEqual(rrefs(2));
    expect(narrow(best("metrics.json", { key: "accuracy", n: 2 }), latest()).pick(four)).toEqual(rrefs(2));
    expect(narrow(latest(9), byAccuracy).pick(four)).toBeUndefined();
    expect(narrow(some(2), some(3)).pick(four)).toBeUndefined();
  });

  it("has the name and metric of its parts, and wants as many as they do", () => {
    expect(narrow(latest(3), byAccuracy)).toMatchObject({
      name: 'narrow(latest(3), best("metrics.json", accuracy))',
      metric: { key: "accuracy" },
      wants: 3,
    });
  });
});

describe("both()", () => {
  it("takes what any of them takes, each once", () => {
    expect(both(byAccuracy, latest()).pick(four)).toEqual(rrefs(0, 3));
    expect(both(latest(), latest(2)).pick(four)).toEqual(rrefs(3, 2));
    expect(both(latest(), latest(9)).pick(four)).toBeUndefined();
    expect(both(latest(), latest(9)).wants).toBe(9);
  });
});

describe("either()", () => {
  it("takes what the first one takes that is satisfied", () => {
    expect(either(exact(rref(7)), latest()).pick(four)).toEqual(rrefs(3));
    expect(either(latest(2), latest()).pick(four)).toEqual(rrefs(3, 2));
    expect(either(latest(8), latest(9)).pick(four)).toBeUndefined();
    expect(either(latest(8), latest(9)).wants).toBe(8);
  });

  it("goes on when one refuses, and refuses when nobody is satisfied", () => {
    const none = candidates(undefined, undefined);
    expect(either(byAccuracy, latest()).pick(none)).toEqual(rrefs(1));
    expect(() => either(only(), latest(9)).pick(none)).toThrow(/Cannot choose the only realization/);
  });
});

it("combined matchers say from how many at most they can choose", () => {
  expect(narrow(only(), latest()).most).toBe(1);
  expect(narrow(latest(), only()).most).toBeUndefined();
  expect(both(latest(), only()).most).toBe(1);
  expect(either(only(), latest()).most).toBeUndefined();
  expect(either(only(), only()).most).toBe(1);
});

it("combined matchers combine, also with one's own, but not out of none", () => {
  const first = match({ name: "first", take: 1 });
  expect(either(narrow(latest(9), first), both(first, byAccuracy)).pick(four)).toEqual(rrefs(0));
  expect(() => narrow()).toThrow("Cannot make the matcher narrow(): it is made of none");
});
