import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Spool } from "../../../core/realize/spool.ts";

const kept = 128 * 1024;
const streams = fc.constantFrom("stdout" as const, "stderr" as const, "log" as const);

describe("Spool", () => {
  it("gives what is not too much in its order, a piece for each stretch of one stream", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(streams, fc.string({ minLength: 1 }))), (texts) => {
        const spool = new Spool();
        for (const [stream, text] of texts) spool.write(stream, text);
        const pieces = spool.take();
        const spelled = (parts: readonly (readonly [string, string])[]): string =>
          parts.flatMap(([stream, text]) => Array.from(text, (c) => `${stream} ${c}`)).join("\n");
        expect(spelled(pieces.map(({ stream, text }) => [stream, text]))).toBe(spelled(texts));
        for (const [index, { stream }] of pieces.entries())
          expect(stream).not.toBe(pieces[index - 1]?.stream);
      }),
    );
  });

  it("is empty after it was taken from", () => {
    const spool = new Spool();
    spool.write("log", "x".repeat(3 * kept));
    spool.take();
    spool.write("log", "y");
    expect(spool.take()).toEqual([{ stream: "log", text: "y" }]);
    expect(spool.take()).toEqual([]);
  });

  it.each([7, 1_000, kept, 5 * kept])(
    "leaves out the middle of what is too much and says how much, in texts of %d characters",
    (length) => {
      const spool = new Spool();
      const texts = Array.from({ length: Math.ceil((5 * kept) / length) }, (_, index) =>
        String(index % 10).repeat(length),
      );
      for (const [index, text] of texts.entries()) spool.write(index % 2 === 0 ? "stdout" : "stderr", text);
      const whole = texts.join("");
      const mark = `\n[... ${whole.length - 2 * kept} characters are left out here ...]\n`;
      const told = spool.take().map(({ text }) => text);
      expect(told.join("") === whole.slice(0, kept) + mark + whole.slice(-kept)).toBe(true);
    },
  );
});
