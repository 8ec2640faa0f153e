import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundedLog } from "../../../core/realize/log.ts";

function written(texts: readonly string[]): BoundedLog {
  const log = new BoundedLog();
  for (const text of texts) log.write(text);
  return log;
}

describe("BoundedLog", () => {
  it("keeps what is not too long as it is", () => {
    const unchanged = fc.property(fc.array(fc.string()), (texts) => written(texts).text() === texts.join(""));
    expect(() => fc.assert(unchanged)).not.toThrow();
  });

  it("cuts out the middle of the rest, however it came in, and says how much", () => {
    const half = 512 * 1024;
    for (const piece of [7, 1_000, half, 3 * half]) {
      const whole = Array.from({ length: Math.ceil((4 * half) / piece) }, (_, i) =>
        String(i % 10).repeat(piece),
      ).join("");
      const pieces = whole.match(new RegExp(`.{1,${piece}}`, "g")) ?? [];
      const mark = `\n[... ${whole.length - 2 * half} characters were cut out here ...]\n`;
      expect(written(pieces).text() === whole.slice(0, half) + mark + whole.slice(-half)).toBe(true);
    }
  });

  it("has its last lines at hand", () => {
    expect(written(["a\nb\n", "c\nd\n"]).lastLines(2)).toBe("c\nd");
    expect(written(["x".repeat(2_000_000), "\nend\n"]).lastLines(1)).toBe("end");
    expect(written([]).lastLines(5)).toBe("");
  });

  it("gives the last lines without what Node prints of itself where it dies", () => {
    const dying = [
      "epoch 3\n",
      "\n<--- Last few GCs --->\n\n[123:0x5f3a]      210 ms: Mark-Compact 198.2 (206.1) -> 197.9 (206.4) MB\n",
      "\n<--- JS stacktrace --->\n\n",
      "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n",
      "----- Native stack trace -----\n\n 1: 0xb78db3 node::OOMErrorHandler(char const*) [/usr/bin/node]\n",
      " 2: 0x10fb205  [/usr/bin/node]\n",
    ];
    const last = written(dying).lastLines(20);
    expect(last).toMatch(/^epoch 3\n\s*FATAL ERROR: Reached heap limit.*$/u);
  });
});
