import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  drop: {
    type: "text",
    placeholder: "name",
    summary: "let go of that root; what it kept stays until it is collected",
  },
} as const;

/** The arguments of `%roots`. */
export type RootsArguments = typeof specs;

/** `%roots`: what is kept from being collected. */
export const rootsMagic: Magic = defineMagic({
  name: "roots",
  kind: "line",
  summary: "lists what %keep keeps",
  help: `
%roots                      the names, and the realizations that they keep
%roots --drop best-so-far   lets go of that one: it stays until %gc --delete removes it`,
  args: specs,
  run: async (context) => {
    const { rootsEffect } = await import("../effects/index.ts");
    await rootsEffect(context);
  },
});
