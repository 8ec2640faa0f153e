import { describe, expect, it } from "vitest";
import { best, self, stage } from "../../../core/index.ts";
import { describeValue } from "../../../kernel/engine/live-value.ts";
import { knownValue } from "../../../kernel/app/known-value.ts";

const told = (value: unknown): string => {
  const { kind, preview } = describeValue(value, knownValue);
  return kind === preview ? kind : `${kind}: ${preview}`;
};

describe("what is told of a live value that is", () => {
  const data = stage({ name: "data", config: { rows: 10 }, realize: () => undefined });
  const net = stage({
    name: "net",
    config: { data, table: data.path("in", "table.csv"), lr: 0.1, metrics: self("m.json") },
    matcher: best("m.json", { key: "accuracy" }),
    realize: () => undefined,
  });

  it("a stage: its matcher and its config, not its code", () => {
    expect(told(data)).toBe("stage data, only(): { rows: 10 }");
    expect(told(net)).toBe(
      'stage net, best("m.json", accuracy): { data: stage data, only(), table: path("in", "table.csv") of stage data, lr: 0.1, metrics: self("m.json") }',
    );
  });

  it("a path or a promised artifact", () => {
    expect(told(data.path("x"))).toBe('path("x") of stage data');
    expect(told(self("a", "b"))).toBe('self("a", "b")');
  });

  it("no stage, or one only half: what any object is", () => {
    expect(told({ kind: "stage" })).toBe('object with 1 key: { kind: "stage" }');
    expect(told({ kind: "stage-path", stage: 1 })).toBe(
      'object with 2 keys: { kind: "stage-path", stage: 1 }',
    );
    expect(told(["__self__"])).toBe('Array(1): ["__self__"]');
  });

  it("something that would run code when it is read: it is not read", () => {
    const trap = (): never => {
      throw new Error("was read");
    };
    const list = Object.defineProperty(["__self__", "a"], 1, { get: trap });
    const proxy = new Proxy({}, { get: trap, getOwnPropertyDescriptor: trap });

    expect(
      told({
        get kind() {
          return trap();
        },
      }),
    ).toContain("[Getter]");
    expect(told(list)).toContain("[Getter]");
    expect(told({ kind: "stage", name: "x", config: {}, matcher: proxy })).toBe("stage x: {}");
    expect(told({ kind: "stage-path", stage: proxy, segments: ["a"] })).toContain("stage-path");
  });
});
