import { afterEach, describe, expect, it } from "vitest";
import { painter, wantsColours } from "../../../../kernel/app/terminal/paint.ts";

const before = { ...process.env };

afterEach(() => {
  process.env = { ...before };
});

describe("painter", () => {
  it.each([["CI"], ["NODE_DISABLE_COLORS"], ["NO_COLOR"]])(
    "paints when it is told to, whatever %s says",
    (name) => {
      delete process.env["FORCE_COLOR"];
      process.env[name] = "1";
      expect(painter(true)("good", "done")).toBe("\x1b[32mdone\x1b[39m");
    },
  );

  it("leaves text alone where there are no colours, and where there is nothing to paint", () => {
    expect(painter(false)("good", "done")).toBe("done");
    expect(painter(true)("plain", "done")).toBe("done");
    expect(painter(true)("good", "")).toBe("");
  });
});

describe("wantsColours", () => {
  it.each([
    [{ isTTY: true }, {}, true],
    [{ isTTY: true }, { CI: "1" }, true],
    [{ isTTY: true }, { TERM: "dumb" }, false],
    [{ isTTY: true }, { NO_COLOR: "1" }, false],
    [{ isTTY: true }, { NO_COLOR: "" }, true],
    [{ isTTY: true }, { NO_COLOR: "1", FORCE_COLOR: "1" }, true],
    [{ isTTY: true }, { FORCE_COLOR: "0" }, false],
    [{}, {}, false],
    [{}, { FORCE_COLOR: "1" }, true],
  ])("%j with %j: %s", (stream, env, expected) => {
    expect(wantsColours(stream, env)).toBe(expected);
  });
});
