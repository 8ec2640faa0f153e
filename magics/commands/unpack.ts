import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  file: { type: "word", summary: "the archive, in quotes when its path has blanks", suggest: "paths" },
} as const;

/** The arguments of `%unpack`. */
export type UnpackArguments = typeof specs;

/** `%unpack file`: brings an archive into the store. */
export const unpackMagic: Magic = defineMagic({
  name: "unpack",
  kind: "line",
  summary: "brings what %pack packed into the store, after all of it was checked",
  help: `
%unpack classifier.tar.zst

An archive brings code, which runs when a stage of it is realized: unpack those of people whose code you would run.`,
  args: specs,
  run: async (context) => {
    const { unpackEffect } = await import("../effects/index.ts");
    await unpackEffect(context);
  },
});
