import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  folder: {
    type: "line",
    optional: true,
    summary: "where to go; back to the notebook's folder unless given",
    suggest: "folders",
  },
} as const;

/** The arguments of `%cd`. */
export type CdArguments = typeof specs;

const help = `
%cd data     relative paths of cells and commands begin there from now on
%cd          and again in the notebook's folder
%pwd         where that is

What cells import is found from the notebook's folder all the same, and %npm installs there.`;

/** `%cd [folder]`: changes the working folder. */
export const cdMagic: Magic = defineMagic({
  name: "cd",
  kind: "line",
  summary: "changes the folder in which relative paths begin",
  help,
  args: specs,
  run: async (context) => {
    const { cdEffect } = await import("../effects/index.ts");
    cdEffect(context);
  },
});

/** `%pwd`: the working folder. */
export const pwdMagic: Magic = defineMagic({
  name: "pwd",
  kind: "line",
  summary: "the folder in which relative paths begin",
  help,
  args: {},
  run: ({ host }) => host.print(`${host.workingFolder}\n`),
});
