import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  expressions: {
    type: "expression",
    pair: true,
    summary: "two realizations; or stages, derivations or lenses, for the realizations that count",
  },
} as const;

/** The arguments of `%compare`. */
export type CompareArguments = typeof specs;

/** `%compare a b`: two realizations or stages side by side. */
export const compareMagic: Magic = defineMagic({
  name: "compare",
  kind: "line",
  summary: "two realizations or stages side by side: config, code, metrics, artifacts",
  help: `
Config, code, packages and dependencies, as far as they differ; all metrics, with the difference; the artifacts
that are others, with the lines of small texts; times and machines. A stage stands for the realization that its
matcher takes. Runs nothing.

%compare classifier older
%compare rrefs[0] rrefs[1]              two outcomes
%compare grid.stages[0] grid.stages[1]  two points of a sweep
%compare classifier dref:...            addresses of the store
%compare (a ?? b) c                     what has blanks in it stands in parentheses`,
  args: specs,
  run: async (context) => {
    const { compareEffect } = await import("../effects/index.ts");
    await compareEffect(context);
  },
});
