import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  expression: { type: "expression", summary: "a realization, or a stage" },
  as: { type: "text", placeholder: "name", summary: "the name of the root, not the stage's" },
} as const;

/** The arguments of `%keep`. */
export type KeepArguments = typeof specs;

/** `%keep expression`: keeps a realization from being collected. */
export const keepMagic: Magic = defineMagic({
  name: "keep",
  kind: "line",
  summary: "keeps a realization, and all that it was made from, from being collected",
  help: `
%keep classifier                    the realization that its matcher takes
%keep classifier --as best-so-far   under a name of your own: <store>/roots/best-so-far leads to it
%keep rref                          that realization

What is kept is a root: %gc removes none of it. %roots lists the roots, and %roots --drop name lets go of one.`,
  args: specs,
  run: async (context) => {
    const { keepEffect } = await import("../effects/index.ts");
    await keepEffect(context);
  },
});
