import { describe, expect, it } from "vitest";
import { parsePylightnixTime } from "../../../core/pylightnix/pylightnix-time.ts";

describe("parsePylightnixTime()", () => {
  it("reads a time with its zone", () => {
    expect(parsePylightnixTime("261124-18:19:26:413786+0000")?.toISOString()).toBe(
      "2026-11-24T18:19:26.413Z",
    );
    expect(parsePylightnixTime("210301-00:05:00:000000+0330\n")?.toISOString()).toBe(
      "2021-02-28T20:35:00.000Z",
    );
  });

  it("answers nothing for what is no time", () => {
    for (const text of ["", "now", "261124-18:19:26", "269924-18:19:26:413786+0000"])
      expect(parsePylightnixTime(text)).toBeUndefined();
  });
});
