import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { instantiate, openStore, realize, stage, type Store } from "../../../core/index.ts";
import { readTarget } from "../../../kernel/app/commands/target.ts";

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lightnix-target-"));
  store = openStore({ root: join(folder, "store"), durable: false });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const words = (count: number) => stage({ name: "words", config: { count }, realize: () => undefined });

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const twoStages = `
import { stage } from "lightnix";
import { lengths } from "./lengths.ts";
export const words: unknown = stage({ name: "words", config: { lengths }, realize: () => undefined });
export const letters = stage({ name: "letters", config: {}, realize: () => undefined });
export const limit: number = 3;
`;

describe("the target of a command", () => {
  it("is a derivation by its address, the start of it, its name, or the address of an outcome", async () => {
    const { dref } = await instantiate(words(1), { store });
    const rref = await realize(words(1), { store });
    for (const text of [dref, dref.slice(0, 12), dref.slice(5, 12), "words", rref])
      expect(await readTarget(text, store)).toEqual({ kind: "derivation", dref });
  });

  it("is a stage that a module exports, or all of them", async () => {
    write("lengths.ts", "export const lengths: readonly number[] = [1, 2];");
    const file = write("stages.ts", twoStages);
    const one = await readTarget(`${file}:letters`, store);
    expect(one).toMatchObject({ kind: "stages", file, stages: { letters: { name: "letters" } } });
    const all = await readTarget(file, store);
    expect(all.kind === "stages" && Object.keys(all.stages)).toEqual(["words", "letters"]);
    expect(all).toMatchObject({ stages: { words: { config: { lengths: [1, 2] } } } });
  });

  it("may be a derivation that is called as a file is", async () => {
    const { dref } = await instantiate(stage({ name: "words.js", config: {}, realize: () => undefined }), {
      store,
    });
    expect(await readTarget("words.js", store)).toEqual({ kind: "derivation", dref });
  });

  it("is refused when several derivations have the name", async () => {
    const both = await instantiate([words(1), words(2)], { store });
    const refusal = readTarget("words", store);
    await expect(refusal).rejects.toMatchObject({ code: "ambiguous-target" });
    await expect(refusal).rejects.toThrow(both[0].dref);
  });

  it("is told apart from others of that name by what differs, the last that was built first", async () => {
    const both = await instantiate([words(1), words(2)], { store });
    await realize(both[1]);
    await expect(readTarget("words", store)).rejects.toThrow(
      new RegExp(
        `by the start of its address:\\n {2}${both[1].dref} {2}built just now {2}count 2\\n {2}${both[0].dref} {2}never built {2}count 1$`,
        "u",
      ),
    );
  });

  it("is refused when the store has nothing like it, with the nearest name", async () => {
    await instantiate(words(1), { store });
    const refusal = readTarget("wrods", store);
    await expect(refusal).rejects.toMatchObject({ code: "no-such-derivation" });
    await expect(refusal).rejects.toThrow(/none of that address or name. Did you mean "words"\?/u);
    await expect(readTarget("dref:0000", store)).rejects.toMatchObject({ code: "no-such-derivation" });
  });

  it("is refused when there is no such file", async () => {
    const refusal = readTarget(join(folder, "none.ts"), store);
    await expect(refusal).rejects.toMatchObject({ code: "no-such-file" });
    const below = readTarget(join(write("file.ts", ""), "none.ts"), store);
    await expect(below).rejects.toMatchObject({ code: "no-such-file" });
  });

  it("is refused when the module exports no such name, with the nearest one", async () => {
    write("lengths.ts", "export const lengths = [1, 2];");
    const file = write("stages.ts", twoStages);
    const refusal = readTarget(`${file}:word`, store);
    await expect(refusal).rejects.toMatchObject({ code: "no-such-export" });
    await expect(refusal).rejects.toThrow(/it exports words, letters\. Did you mean "words"\?/u);
  });

  it("is refused when the export is no stage, and when no export is", async () => {
    const file = write("limit.ts", "export const limit: number = 3;");
    for (const text of [file, `${file}:limit`])
      await expect(readTarget(text, store)).rejects.toMatchObject({ code: "not-a-stage" });
  });

  it("is refused when the module cannot be loaded, with the reason", async () => {
    const file = write("broken.ts", 'import { gone } from "./gone.ts"; export { gone };');
    const refusal = readTarget(file, store);
    await expect(refusal).rejects.toMatchObject({ code: "broken-module" });
    await expect(refusal).rejects.toThrow(/there is no such file/u);
  });
});
