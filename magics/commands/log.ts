import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  expression: { type: "expression", summary: "a realization, or a stage" },
  failed: { type: "switch", summary: "of the last run that failed or was interrupted" },
} as const;

/** The arguments of `%log`. */
export type LogArguments = typeof specs;

/** `%log expression`: what a realizer printed and displayed. */
export const logMagic: Magic = defineMagic({
  name: "log",
  kind: "line",
  summary: "shows what a realizer printed and displayed",
  help: `
%log rref                  the log of that realization
%log classifier            of a stage: the log of the realization that its matcher takes, or else of the newest; where there is none, of the last run that failed
%log classifier --failed   the log of the last run that failed or was interrupted

A long log is shown with its middle left out; the whole is in the file __log__.txt of the realization.`,
  args: specs,
  run: async (context) => {
    const { logEffect } = await import("../effects/index.ts");
    await logEffect(context);
  },
});
