import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  last: {
    type: "word",
    optional: true,
    summary: "of how many cells; all of this session, up to a thousand, unless given",
  },
} as const;

/** The arguments of `%history`. */
export type HistoryArguments = typeof specs;

/** `%history [last]`: what was run. */
export const historyMagic: Magic = defineMagic({
  name: "history",
  kind: "line",
  summary: "what the cells were that this session ran",
  help: `
%history       all of them, with their numbers
%history 5     the last five

In[3] is the text of cell [3], and Out[3] what it resulted in. Consoles of Jupyter search the history of earlier sessions as well.`,
  args: specs,
  run: async (context) => {
    const { historyEffect } = await import("../effects/index.ts");
    historyEffect(context);
  },
});
