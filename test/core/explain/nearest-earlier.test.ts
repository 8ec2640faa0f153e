import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../core/config.ts";
import { ConfigIndex, leavesOf, type Leaves } from "../../../core/explain/nearest-earlier.ts";

const config = fc.dictionary(
  fc.constantFrom("a", "b", "c"),
  fc.oneof(
    fc.constantFrom(1, 2, "1"),
    fc.array(fc.constantFrom(1, 2), { maxLength: 3 }),
    fc.record({ d: fc.constantFrom(1, 2) }),
  ),
) as fc.Arbitrary<JsonObject>;

describe("ConfigIndex", () => {
  it("counts the fields in which a config differs from each of many, as counting them one by one does", () => {
    fc.assert(
      fc.property(config, fc.array(config, { maxLength: 6 }), (own, others) => {
        const counts = new ConfigIndex(others.map(leavesOf)).differences(leavesOf(own));
        expect([...counts]).toEqual(others.map((other) => countOneByOne(leavesOf(own), leavesOf(other))));
      }),
    );
  });

  it("takes a long array as one field", () => {
    const rows = (last: number): JsonObject => ({
      rows: Array.from({ length: 100 }, (_, index) => index * last),
    });
    expect(leavesOf(rows(1)).size).toBe(1);
    expect([...new ConfigIndex([leavesOf(rows(2))]).differences(leavesOf(rows(1)))]).toEqual([1]);
  });
});

function countOneByOne(a: Leaves, b: Leaves): number {
  return [...new Set([...a.keys(), ...b.keys()])].filter((path) => a.get(path) !== b.get(path)).length;
}
