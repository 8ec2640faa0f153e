import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const help = `
%who     the names that cells have defined
%whos    the same as a table: what each of them is, how large, what is in it, which cell defined it

Imports are named apart. Nothing of the values is run for it, getters neither.`;

/** `%who`: the names that cells have defined. */
export const whoMagic: Magic = defineMagic({
  name: "who",
  kind: "line",
  summary: "the names that cells have defined",
  help,
  args: {},
  run: async (context) => {
    const { whoEffect } = await import("../effects/index.ts");
    whoEffect(context);
  },
});

/** `%whos`: the names that cells have defined, with what they are. */
export const whosMagic: Magic = defineMagic({
  name: "whos",
  kind: "line",
  summary: "the names that cells have defined, with what they are",
  help,
  args: {},
  run: async (context) => {
    const { whosEffect } = await import("../effects/index.ts");
    whosEffect(context);
  },
});
