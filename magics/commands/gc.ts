import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  delete: { type: "switch", summary: "remove it" },
  olderThan: { type: "text", placeholder: "AGE", summary: "only what is older: 12h, 30d, 8w" },
  free: {
    type: "text",
    placeholder: "SIZE",
    summary: "only until so much is freed, the oldest first: 500MB, 10GB",
  },
} as const;

/** The arguments of `%gc`. */
export type GcArguments = typeof specs;

/** `%gc`: what no root needs. */
export const gcMagic: Magic = defineMagic({
  name: "gc",
  kind: "line",
  summary: "shows what no root needs, and removes it when told to",
  help: `
%gc                                 what would go, with age, size and metrics, and who keeps the rest: changes nothing
%gc --delete                        removes it
%gc --older-than 30d --free 10GB    only what is older, and only until so much is freed, the oldest first

%keep keeps a realization with all that it was made from. What running builds use stays as well; builds may go on meanwhile.`,
  args: specs,
  run: async (context) => {
    const { gcEffect } = await import("../effects/index.ts");
    await gcEffect(context);
  },
});
