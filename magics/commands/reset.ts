import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  names: {
    type: "line",
    optional: true,
    summary: "the names to forget; all that cells defined unless given",
  },
} as const;

/** The arguments of `%reset`. */
export type ResetArguments = typeof specs;

/** `%reset [name...]`: forgets what cells defined. */
export const resetMagic: Magic = defineMagic({
  name: "reset",
  kind: "line",
  summary: "forgets the names that earlier cells defined",
  help: `
%reset              all of them: variables, functions, classes, imports, types and stages. It does not ask
%reset model data   only these

What the kernel gives to every cell, such as display, is there again where a cell had taken its name. Modules stay loaded, and
functions that used a name find it no more. Results stay in the store: %gc is for them.`,
  args: specs,
  run: async (context) => {
    const { resetEffect } = await import("../effects/index.ts");
    resetEffect(context);
  },
});
