import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  setting: {
    type: "line",
    optional: true,
    summary: "NAME, or NAME=value; all variables unless given",
    suggest: (): string[] => Object.keys(process.env).sort(),
  },
} as const;

/** The arguments of `%env`. */
export type EnvArguments = typeof specs;

/** `%env [NAME[=value]]`: the environment's variables. */
export const envMagic: Magic = defineMagic({
  name: "env",
  kind: "line",
  summary: "shows or sets variables of the environment",
  help: `
%env                            all of them; the values of those that look like secrets are not shown
%env HOME                       one
%env CUDA_VISIBLE_DEVICES=0     sets one, for this session: for cells (process.env), commands, and the processes that build stages
%env CUDA_VISIBLE_DEVICES=      makes it empty

A variable is no part of what a stage is: one that changes results belongs into a config. lightnix install --env sets variables for all sessions.`,
  args: specs,
  run: async (context) => {
    const { envEffect } = await import("../effects/index.ts");
    envEffect(context);
  },
});
