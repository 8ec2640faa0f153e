import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  command: { type: "line", summary: "what npm is to do: install arquero" },
} as const;

/** The arguments of `%npm`. */
export type NpmArguments = typeof specs;

/** `%npm command`: installs packages. */
export const npmMagic: Magic = defineMagic({
  name: "npm",
  kind: "line",
  summary: "runs npm in the notebook's folder, to install packages for instance",
  help: `
%npm install arquero            the next cell imports it, with its types
%npm install --save-dev @types/d3
%npm ls

npm looks for the nearest package.json, as it does in a terminal. A package that cells have loaded stays as it is until the kernel is
restarted; when its version changed, that is said.`,
  args: specs,
  run: async (context) => {
    const { npmEffect } = await import("../effects/index.ts");
    await npmEffect(context);
  },
});
