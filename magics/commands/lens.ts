import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = { expression: { type: "expression", walks: true, summary: "what to look at" } } as const;

/** The arguments of `%lens`. */
export type LensArguments = typeof specs;

/** `%lens expression`: shows where a lens points. */
export const lensMagic: Magic = defineMagic({
  name: "lens",
  kind: "line",
  summary: "shows where a lens points: value, artifact, picture, table",
  help: `
%lens classifier.digits.count     a field of a dependency's config: a name of a stage or reference starts the lens
%lens lens(rref).metrics          any expression that gives a lens, a reference, a stage or a path
%lens classifier.path("plot.png") an artifact of the realization that the stage's matcher takes

From a stage that is realized the lens leads into the realization that its matcher takes.`,
  args: specs,
  run: async (context) => {
    const { lensEffect } = await import("../effects/index.ts");
    await lensEffect(context);
  },
});
