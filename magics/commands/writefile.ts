import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  file: { type: "word", summary: "the file, from the working folder", suggest: "paths" },
  append: { type: "switch", summary: "behind what is there" },
} as const;

/** The arguments of `%%writefile`. */
export type WritefileArguments = typeof specs;

/** `%%writefile file`: writes the cell into a file. */
export const writefileMagic: Magic = defineMagic({
  name: "writefile",
  kind: "cell",
  summary: "writes the cell into a file",
  help: `
%%writefile params.json     writes what follows, in the place of what was there
{ "lr": 0.01 }

%%writefile notes.md --append

A module that cells import is better written by %%module, which checks it.`,
  args: specs,
  run: async (context) => {
    const { writefileEffect } = await import("../effects/index.ts");
    writefileEffect(context);
  },
});
