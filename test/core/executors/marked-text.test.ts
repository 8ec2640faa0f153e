import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MarkedText } from "../../../core/executors/processes/marked-text.ts";

const MARK = "\0\0end\0";

describe("MarkedText", () => {
  it("takes marks out of what is printed, however it is cut, and loses nothing else", () => {
    // Beginnings of the mark itself are what is easily taken for it.
    const text = fc
      .array(fc.constantFrom("a", "\u00e9", "\0", "\0\0", "\0\0end", "\n", "end\0"))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        fc.array(text.filter((one) => !`${one}${MARK}`.slice(0, -1).includes(MARK))),
        fc.array(fc.nat()),
        (texts, cuts) => {
          let printed = "";
          const reader = new MarkedText(MARK, (piece) => (printed += piece));
          const bytes = Buffer.from(texts.map((one) => one + MARK).join(""));
          const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
          for (const [at, place] of [...places, bytes.length].entries())
            reader.read(bytes.subarray(places[at - 1] ?? 0, place));
          reader.end();
          expect(printed).toBe(texts.join(""));
        },
      ),
    );
  });

  it("waits for a mark for each build, whether it comes before or after", async () => {
    const reader = new MarkedText(MARK, () => undefined);
    reader.read(Buffer.from(`early${MARK}`));
    await reader.mark();
    let passed = false;
    const later = reader.mark().then(() => (passed = true));
    reader.read(Buffer.from("late"));
    await Promise.resolve();
    expect(passed).toBe(false);
    reader.read(Buffer.from(MARK));
    await later;
  });

  it("waits for none any more when there is nothing to come", async () => {
    let printed = "";
    const reader = new MarkedText(MARK, (piece) => (printed += piece));
    const waiting = reader.mark();
    reader.read(Buffer.from("half\0\0en"));
    reader.end();
    await waiting;
    expect(printed).toBe("half\0\0en");
  });
});
