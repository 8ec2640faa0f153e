import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  expression: {
    type: "expression",
    summary: "a stage, a sweep, a closure, several of them, a derivation or a realization",
  },
  unfold: { type: "switch", summary: "a node for each, also for the many points of a sweep" },
} as const;

/** The arguments of `%graph`. */
export type GraphArguments = typeof specs;

/** `%graph expression`: the closure as a picture. */
export const graphMagic: Magic = defineMagic({
  name: "graph",
  kind: "line",
  summary: "what a stage depends on, as a picture: what would be reused, would run, failed or is held",
  help: `
A node for each stage, with what tells it from others of its name, and an arrow to each that depends on it. More than
three of one name at one place, as the points of a sweep, are one node with their number. Of very many, those that
are nearest to the stage. The address is in the title of a node. Runs nothing.

%graph classifier
%graph [classifier, report]   several together
%graph grid --unfold          each point of a sweep
%graph dref:...               a derivation of the store`,
  args: specs,
  run: async (context) => {
    const { graphEffect } = await import("../effects/index.ts");
    await graphEffect(context);
  },
});
