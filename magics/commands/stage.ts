import { isIdentifier } from "../identifier.ts";
import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  name: { type: "word", summary: "the stage's name, which later cells use as a variable" },
  outs: {
    type: "number",
    placeholder: "N",
    min: 1,
    summary: "how many outcomes one run of the realizer makes",
  },
  time: { type: "number", placeholder: "S", min: 1, summary: "stop a run after S seconds" },
  memory: {
    type: "text",
    placeholder: "2GB",
    summary: "stop a run in a process of its own that takes more",
  },
  restricted: {
    type: "switch",
    summary:
      "let a run write only into its own output and scratch folders, and start neither processes nor threads",
  },
  open: {
    type: "switch",
    summary: "its code is not taken along: only this notebook can realize it",
  },
} as const;

/** The arguments of `%%stage`. */
export type StageArguments = typeof specs;

/** `%%stage name`: the cell is a module that defines a stage. */
export const stageMagic: Magic = defineMagic({
  name: "stage",
  kind: "cell",
  summary: "defines a stage: config, matcher and realizer",
  help: `
The cell is a module of its own. It exports

  config     the prerequisites: JSON, other stages, self("...") for artifacts it promises
  matcher    which outcomes count; only() when left out
  default    the realizer: async (build) => { ... }

and the name is bound to the stage in later cells. Nothing runs until it is realized.

Names of earlier cells can be used. In config and matcher they have their value of now. In the realizer,
data is kept as it is now and becomes part of the config; functions and classes are kept as source, and
imports are imported again. Later changes of them change nothing about the stage; %realize says when it is
behind of them, and its cell, run again, takes the new ones. A stage cannot be used inside the realizer: put it into config and read
build.lens.

%%stage digits
export const config = { count: 1000, table: self("digits.csv") };
export default async (build: Build) => {
  await writeFile(build.path("digits.csv"), makeDigits(build.config.count));
};`,
  args: specs,
  typescriptBody: true,
  types: ({ args }) => {
    const name = args.values["name"];
    const local = "__lightnix_stage";
    return {
      epilogue: `type Build = import("lightnix").Build<typeof config>;\nexport declare const ${local}: import("lightnix").Stage<typeof config>;\n`,
      binds: typeof name === "string" && isIdentifier(name) ? [{ name, local }] : [],
    };
  },
  run: async (context) => {
    const { stageEffect } = await import("../effects/index.ts");
    await stageEffect(context);
  },
});
