import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { transform } from "esbuild";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RingReader, RingWriter, ringMemory } from "../../../kernel/app/output-ring.ts";

interface Ends {
  readonly writer: RingWriter;
  readonly reader: RingReader;
  /** What was read. */
  readonly taken: string[];
  /** How often the reader was woken. */
  readonly woken: () => number;
}

function bothEnds(patienceMs = 20): Ends {
  const memory = ringMemory();
  const taken: string[] = [];
  let woken = 0;
  return {
    writer: new RingWriter(memory, { wake: () => (woken += 1), patienceMs }),
    reader: new RingReader(memory, (cell, name, text) => taken.push(`${cell} ${name} ${text}`)),
    taken,
    woken: () => woken,
  };
}

describe("the ring of what cells print", () => {
  it("gives what was written, in order, with the cell and the stream", () => {
    const { writer, reader, taken } = bothEnds();
    writer.text(1, "stdout", "a");
    writer.text(2, "stderr", "ü😀");
    reader.read();
    expect(taken).toEqual(["1 stdout a", "2 stderr ü😀"]);
  });

  it("wakes the reader once for many pieces", () => {
    const { writer, woken } = bothEnds();
    for (let piece = 0; piece < 100; piece += 1) writer.text(1, "stdout", "a");
    expect(woken()).toBe(1);
  });

  it("stops at the mark of a message until that is received", () => {
    const { writer, reader, taken } = bothEnds();
    writer.text(1, "stdout", "before");
    const mark = writer.mark(0);
    writer.text(1, "stdout", "after");
    reader.read();
    expect(taken).toEqual(["1 stdout before"]);
    reader.upTo(mark);
    expect(taken).toEqual(["1 stdout before"]);
    reader.upTo(writer.mark(0));
    expect(taken).toEqual(["1 stdout before", "1 stdout after"]);
  });

  it("passes the mark of a message that was never posted when a later one comes", () => {
    const { writer, reader, taken } = bothEnds();
    writer.mark(0);
    writer.text(1, "stdout", "between");
    reader.upTo(writer.mark(0));
    expect(taken).toEqual(["1 stdout between"]);
  });

  it("loses what does not fit when nobody reads for too long, and says how much", () => {
    const { writer, reader, taken } = bothEnds(1);
    const line = "x".repeat(30_000);
    for (let count = 0; count < 14; count += 1) writer.text(1, "stdout", line);
    for (let last = -1; last !== taken.length;) {
      last = taken.length;
      reader.upTo(writer.mark(0));
    }
    const before = taken.length;
    for (let count = 0; count < 40; count += 1) writer.text(1, "stdout", line);
    reader.upTo(writer.mark(0));
    writer.text(1, "stdout", "again");
    reader.upTo(writer.mark(0));
    expect(before).toBe(14);
    expect(taken.at(-1)).toBe("1 stdout again");
    expect(taken.at(-2)).toMatch(/^1 stderr \n\[\d+ characters were lost here\.\]\n$/u);
  });

  it("carries texts of any length, in pieces that cut no character", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 50 }),
      fc.nat({ max: 20_000 }).map((length) => "😀".repeat(length)),
      fc.nat({ max: 25_000 }).map((length) => `a${"😀é".repeat(length)}`),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), (texts) => {
        const memory = ringMemory();
        let taken = "";
        const reader = new RingReader(memory, (_cell, _name, piece) => (taken += piece));
        const writer = new RingWriter(memory, { wake: () => undefined, patienceMs: 1000 });
        for (const one of texts) {
          for (let at = 0; at < one.length; at += 60_000) {
            writer.text(7, "stdout", one.slice(at, at + 60_000));
            reader.upTo(writer.mark(0));
          }
        }
        const sent = texts.join("");
        expect(Buffer.from(taken).equals(Buffer.from(sent)) || taken.includes("\u{FFFD}")).toBe(true);
        expect(taken.length).toBe(sent.length);
      }),
      { numRuns: 15 },
    );
  });

  it("makes the writer wait for the reader, and loses nothing", async () => {
    const memory = ringMemory();
    const lines = 20_000;
    const line = "y".repeat(500);
    let bytes = 0;
    const reader = new RingReader(memory, (_cell, _name, text) => (bytes += text.length));
    const source = await readFile(new URL("../../../kernel/app/output-ring.ts", import.meta.url), "utf8");
    const { code } = await transform(source, { loader: "ts", format: "cjs" });
    const worker = new Worker(
      `${code}
      const { parentPort, workerData } = require("node:worker_threads");
      const writer = new RingWriter(workerData, { wake: () => parentPort.postMessage("wake") });
      for (let count = 0; count < ${lines}; count += 1) writer.text(1, "stdout", "${line}");
      parentPort.postMessage(writer.mark(0));`,
      { eval: true, workerData: memory },
    );
    await new Promise<void>((resolve, reject) => {
      worker.on("error", reject);
      worker.on("message", (message: "wake" | number) => {
        if (message === "wake") return reader.read();
        reader.upTo(message);
        return resolve();
      });
    });
    await worker.terminate();
    expect(bytes).toBe(lines * line.length);
  });

  it("writes what was printed past it first and as the latest cell's, when the reader sleeps", () => {
    const memory = ringMemory();
    const taken: string[] = [];
    const past = ["native\n"];
    const reader = new RingReader(memory, (cell, _name, text) => taken.push(`${cell} ${text}`));
    const writer = new RingWriter(memory, {
      wake: () => undefined,
      early: () => past.splice(0).map((text) => ["stdout", text] as const),
    });
    writer.text(1, "stdout", "own\n");
    reader.read();
    expect(taken).toEqual(["0 native\n", "1 own\n"]);
  });

  it("settles when all is read, and gives up when nobody reads", () => {
    const { writer, reader, woken } = bothEnds();
    writer.settle();
    expect(woken()).toBe(0);
    writer.text(1, "stdout", "a");
    const started = performance.now();
    writer.settle(30);
    expect(performance.now() - started).toBeGreaterThan(25);
    reader.read();
    writer.settle(50_000);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
