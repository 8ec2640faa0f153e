import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  expression: {
    type: "expression",
    summary: "a stage, a closure, several of them, a derivation or a realization",
  },
  new: { type: "number", placeholder: "N", min: 1, summary: "as if N new outcomes were asked for" },
  outcomes: { type: "number", placeholder: "N", min: 1, summary: "as if N outcomes were asked for" },
  force: { type: "switch", summary: "as if the stage was forced to run" },
} as const;

/** The arguments of `%explain`. */
export type ExplainArguments = typeof specs;

/** `%explain expression`: why a stage would run. */
export const explainMagic: Magic = defineMagic({
  name: "explain",
  kind: "line",
  summary: "why a stage would run: what changed since the nearest earlier one of its name",
  help: `
For each stage that realizing would run: the fields of the config, the code, files, packages and dependencies
that differ from the nearest earlier stage of that name that has an outcome, with old and new values and the
lines of code; or which other outcome of a dependency counts now; or how many outcomes are asked for.
Runs nothing.

%explain classifier
%explain classifier --outcomes 5    as %realize --outcomes 5 would be
%explain rref                       a realization or derivation of the store`,
  args: specs,
  run: async (context) => {
    const { explainEffect } = await import("../effects/index.ts");
    await explainEffect(context);
  },
});
