import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  expression: { type: "expression", summary: "a realization, a stage, a sweep, or an array of these" },
  output: { type: "text", placeholder: "FILE", summary: "the archive (closure.tar.zst)" },
} as const;

/** The arguments of `%pack`. */
export type PackArguments = typeof specs;

/** `%pack expression`: packs closures into a file. */
export const packMagic: Magic = defineMagic({
  name: "pack",
  kind: "line",
  summary: "packs realizations, with all that they were made from, into one file",
  help: `
%pack classifier --output classifier.tar.zst   the realization that its matcher takes
%pack [classifier, report]                     of several stages, into closure.tar.zst

The same realizations give the same bytes. %unpack, or lightnix unpack, brings them into another store.`,
  args: specs,
  run: async (context) => {
    const { packEffect } = await import("../effects/index.ts");
    await packEffect(context);
  },
});
