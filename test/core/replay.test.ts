import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  copyClosure,
  packClosure,
  realize,
  replay,
  stage,
  unpackClosure,
  verify,
  type Build,
  type CaptureSink,
  type ReplayEntry,
  type RRef,
  type Store,
} from "../../core/index.ts";
import { Transcript } from "../../core/realize/transcript.ts";
import { interleave } from "../../core/replay.ts";
import { nothingDisplayed, parseDisplays } from "../../core/store/displays.ts";
import { freshFolder, freshStore } from "./fresh-store.ts";
import { failedFolders } from "./realize/leftovers.ts";

/** Runs a realizer and gives what is replayed of it, each entry as a short text. */
async function replayed(realizer: (build: Build) => unknown, store: Store = freshStore()): Promise<string[]> {
  const rref = await realize(stage({ name: "shown", config: {}, realize: realizer }), { store });
  return replay(store, rref).entries.map(shortly);
}

function shortly(entry: ReplayEntry): string {
  return entry.kind === "text" ? entry.text : `<${String(entry.bundle["text/plain"])}>`;
}

const plain = (text: string): Record<string, unknown> => ({ "text/plain": text });

/** What is replayed of a transcript. */
function kept(transcript: Transcript): ReplayEntry[] {
  const { log, displays } = transcript.kept();
  return interleave(log, (displays && parseDisplays(displays)) || nothingDisplayed);
}

describe("replay()", () => {
  it("has what was printed and displayed in the order in which it was", async () => {
    const shown = await replayed((build) => {
      build.display(plain("a"));
      build.log("one");
      build.log("two");
      build.display(plain("b"));
      build.display(plain("c"));
      build.log("three");
    });
    expect(shown).toEqual(["<a>", "one\ntwo\n", "<b>", "<c>", "three\n"]);
  });

  it("has the last state of what was updated, in its first place", async () => {
    const shown = await replayed((build) => {
      const plot = build.display(plain("epoch 1"));
      build.log("line");
      plot.update(plain("epoch 2"));
      plot.update(plain("epoch 3"));
    });
    expect(shown).toEqual(["<epoch 3>", "line\n"]);
  });

  it("begins behind what the realizer took back, which stays in the log", async () => {
    const store = freshStore();
    let host: CaptureSink | undefined;
    const cleared = stage({
      name: "cleared",
      config: {},
      realize(build) {
        for (const epoch of [1, 2, 3]) {
          host?.clear(true);
          build.log(`epoch ${epoch}`);
          build.display(plain(`plot ${epoch}`));
        }
        // Nothing comes after it, so there is nothing to clear for.
        host?.clear(true);
      },
    });
    const rref = await realize(cleared, {
      store,
      capture: (sink, run) => {
        host = sink;
        return run();
      },
    });
    expect(replay(store, rref).entries.map(shortly)).toEqual(["epoch 3\n", "<plot 3>"]);
    expect(store.log(rref)).toBe("epoch 1\nepoch 2\nepoch 3\n");
  });

  it("takes back at once, too", () => {
    const transcript = new Transcript();
    transcript.log("a");
    transcript.display({ bundle: plain("b") });
    transcript.clear(false);
    expect(kept(transcript)).toEqual([]);
  });

  it("has metadata, and bytes as base64", async () => {
    const store = freshStore();
    const rref = await realize(
      stage({
        name: "picture",
        config: {},
        realize: (build: Build) =>
          build.display({ "image/png": new Uint8Array([1, 2, 3]) }, { "image/png": { width: 9 } }),
      }),
      { store },
    );
    expect(replay(store, rref)).toEqual({
      rref,
      record: store.buildRecord(rref),
      entries: [
        { kind: "display", bundle: { "image/png": "AQID" }, metadata: { "image/png": { width: 9 } } },
      ],
    });
  });

  it("says in its place what JSON does not keep", () => {
    const loop: Record<string, unknown> = {};
    loop["self"] = loop;
    const transcript = new Transcript();
    transcript.display({ bundle: { "application/x-loop": loop, "text/html": "<b>" } });
    transcript.display({ bundle: { "application/x-deep": { bytes: Buffer.from("ab"), big: 7n, f() {} } } });
    expect(kept(transcript)).toEqual([
      {
        kind: "display",
        bundle: { "text/html": "<b>", "text/plain": "[application/x-loop: JSON does not keep it]" },
      },
      { kind: "display", bundle: { "application/x-deep": { bytes: "YWI=", big: "7" } } },
    ]);
  });

  it("leaves the middle out of very many displays", () => {
    const transcript = new Transcript();
    for (let index = 0; index < 3_000; index++)
      transcript.display({ bundle: plain(String(index)), id: `${index}` });
    transcript.display({ bundle: plain("too late"), id: "1000", isUpdate: true });
    transcript.display({ bundle: plain("not too late"), id: "2999", isUpdate: true });
    const shown = kept(transcript).map(shortly);
    expect(shown).toHaveLength(1_001);
    expect(shown.slice(499, 502)).toEqual([
      "<499>",
      "<[... 2000 displays were left out here ...]>",
      "<2500>",
    ]);
    expect(shown.at(-1)).toBe("<not too late>");
  });

  it("leaves out the largest when all together are too large", () => {
    const transcript = new Transcript();
    transcript.display({ bundle: plain("small") });
    for (const size of [1_000_000, 3_000_000, 900_000])
      transcript.display({ bundle: plain("x".repeat(size)) });
    const shown = kept(transcript).map(shortly);
    expect(shown.map(({ length }) => length)).toEqual([7, 1_000_002, expect.any(Number), 900_002]);
    expect(shown[2]).toMatch(/^<\[a display of 3,000,0\d\d characters was left out\]>$/);
  });

  it("finds the places of displays in a log with its middle cut out", () => {
    const cut = fc.property(fc.array(fc.nat(400_000), { maxLength: 12 }), (lengths) => {
      const transcript = new Transcript();
      for (const [index, length] of lengths.entries()) {
        transcript.log(String(index % 10).repeat(length));
        transcript.display({ bundle: plain(String(index)) });
      }
      const entries = kept(transcript);
      const text = entries.map((entry) => (entry.kind === "text" ? entry.text : "")).join("");
      expect(text).toBe(transcript.kept().log);
      expect(entries.filter(({ kind }) => kind === "display")).toHaveLength(lengths.length);
      const last = entries.at(-1);
      expect(last === undefined || last.kind === "display").toBe(true);
      if (lengths.length > 0) expect(last && shortly(last)).toBe(`<${lengths.length - 1}>`);
    });
    expect(() => fc.assert(cut, { numRuns: 40 })).not.toThrow();
  });

  it("is kept in a file only where there is something to keep", async () => {
    const store = freshStore();
    const rref = await realize(stage({ name: "quiet", config: {}, realize() {} }), { store });
    expect(existsSync(join(store.path(rref), "__display__.json"))).toBe(false);
    expect(replay(store, rref).entries).toEqual([]);
  });

  it("travels with the realization, is no part of its hash, and leaves the store whole", async () => {
    const store = freshStore();
    const make = (text: string): Promise<RRef> =>
      realize(
        stage({
          name: "shown",
          config: {},
          source: false,
          realize: (b: Build) => void b.display(plain(text)),
        }),
        {
          store,
          force: true,
        },
      );
    const rref = await make("first");
    // The outcome is the same one, so what it came with stays.
    expect(await make("second")).toBe(rref);
    const file = join(freshFolder(), "shown.tar.zst");
    await packClosure(store, rref, file);
    const [unpacked, copied] = [freshStore(), freshStore()];
    await unpackClosure(unpacked, file);
    await copyClosure(store, copied, rref);
    for (const one of [store, unpacked, copied]) {
      expect(replay(one, rref).entries.map(shortly)).toEqual(["<first>"]);
      expect(await verify(one)).toEqual([]);
      expect(one.artifacts(rref)).toEqual([]);
    }
  });

  it("of a run that was recorded as failed has what that showed", async () => {
    const store = freshStore();
    const broken = stage({
      name: "broken",
      config: {},
      onFailure: "record",
      realize(build) {
        build.display(plain("the loss"));
        throw new Error("it is NaN");
      },
    });
    const failure = await realize(broken, { store }).catch((error: unknown) => error);
    const [rref] = (failure as { data: { recorded: RRef[] } }).data.recorded;
    expect(rref && replay(store, rref).entries.map(shortly)).toEqual(["<the loss>"]);
  });

  it("is kept with the folder of a failed run", async () => {
    const store = freshStore();
    const broken = stage({
      name: "broken",
      config: {},
      realize(build) {
        build.display(plain("the loss"));
        throw new Error("it is NaN");
      },
    });
    await expect(realize(broken, { store })).rejects.toThrow("it is NaN");
    const [folder = ""] = failedFolders(store);
    expect(parseDisplays(readFileSync(join(folder, "__display__.json"), "utf8"))?.displays).toEqual([
      { at: 0, bundle: plain("the loss") },
    ]);
  });

  it("says that it is damaged when it is", async () => {
    const store = freshStore();
    const rref = await realize(
      stage({ name: "shown", config: {}, realize: (build: Build) => void build.display(plain("a")) }),
      { store },
    );
    const path = join(store.path(rref), "__display__.json");
    chmodSync(path, 0o644);
    for (const text of [
      "",
      "{",
      "[]",
      '{"from":0}',
      '{"from":-1,"displays":[]}',
      '{"from":0,"displays":[{"at":0}]}',
    ]) {
      writeFileSync(path, text);
      expect(() => replay(store, rref)).toThrow(expect.objectContaining({ code: "damaged" }));
    }
  });

  it("is of realizations that are there", () => {
    const rref = "rref:00000000000000000000000000000000-00000000000000000000000000000000-none" as RRef;
    expect(() => replay(freshStore(), rref)).toThrow(
      expect.objectContaining({ code: "unknown-realization" }),
    );
  });

  it("has a reserved name, which no artifact may have", async () => {
    const store = freshStore();
    const model = stage({
      name: "model",
      config: {},
      realize: (build) => writeFile(join(build.out, "__display__.json"), "{}"),
    });
    await expect(realize(model, { store })).rejects.toThrow('Cannot store the artifact "__display__.json"');
  });
});
