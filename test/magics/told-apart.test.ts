import { describe, expect, it } from "vitest";
import type { DRef } from "../../core/index.ts";
import { toldApart } from "../../magics/told-apart.ts";

const dref = (digit: string, name: string): DRef => `dref:${digit.repeat(32)}-${name}` as DRef;
const derivation = (digit: string, name: string, config: Record<string, number | string>) => ({
  dref: dref(digit, name),
  name,
  config,
});

describe("toldApart()", () => {
  it("says of derivations of one name what their configs do not have in common", () => {
    const words = toldApart([
      derivation("a", "data", { n: 1 }),
      derivation("b", "net", { lr: 0.1, depth: 2, epochs: 5 }),
      derivation("c", "net", { lr: 0.01, depth: 2, epochs: 5 }),
      derivation("d", "net", { lr: 0.01, depth: 3, epochs: 5 }),
    ]);
    expect([...words]).toEqual([
      [dref("b", "net"), "lr 0.1, depth 2"],
      [dref("c", "net"), "lr 0.01, depth 2"],
      [dref("d", "net"), "lr 0.01, depth 3"],
    ]);
  });

  it("names a stage that is called as its field is but once", () => {
    const words = toldApart([
      derivation("a", "net", { data: dref("1", "data"), other: dref("1", "toy") }),
      derivation("b", "net", { data: dref("2", "data"), other: dref("2", "toy") }),
    ]);
    expect(words.get(dref("a", "net"))).toBe("data 11111111, other toy 11111111");
  });

  it("names dependencies only where values do not tell all", () => {
    const one = derivation("a", "net", { data: dref("1", "data"), lr: 0.1 });
    const other = derivation("b", "net", { data: dref("2", "data"), lr: 0.2 });
    const third = derivation("c", "net", { data: dref("3", "data"), lr: 0.2 });
    expect([...toldApart([one, other]).values()]).toEqual(["lr 0.1", "lr 0.2"]);
    expect(toldApart([one, other, third]).get(third.dref)).toBe("lr 0.2, data 33333333");
  });

  it("stays short", () => {
    const config = (value: string) => ({ a: value, b: value, c: value, d: value });
    const words = toldApart([
      derivation("a", "net", config("x".repeat(1000))),
      derivation("b", "net", config("y".repeat(1000))),
    ]);
    const word = words.get(dref("a", "net")) ?? "";
    expect(word).toMatch(/^a x+…, b x+…, c x+…, …$/u);
    expect(word.length).toBeLessThan(100);
  });
});
