import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  expression: { type: "expression", summary: "a stage, a closure, or a sweep" },
  new: { type: "number", placeholder: "N", min: 1, summary: "make N new outcomes" },
  outcomes: { type: "number", placeholder: "N", min: 1, summary: "make what is missing to N outcomes" },
  force: { type: "switch", summary: "run the realizer although there is an outcome to reuse" },
  jobs: { type: "number", placeholder: "N", min: 1, summary: "how many realizers may run at once" },
  restricted: {
    type: "switch",
    summary: "let realizers write only into their own folders, and start nothing",
  },
  dryRun: { type: "switch", summary: "only say what would run" },
  noReplay: { type: "switch", summary: "do not show again what the realizer of a reused stage showed" },
  keepGoing: { type: "switch", summary: "after a failure, go on with what does not depend on it" },
  substituters: {
    type: "text",
    placeholder: "PLACES",
    summary:
      "fetch from these stores, URLs or folders, before building; else from those that the store is configured with",
  },
  as: { type: "text", placeholder: "name", identifier: true, summary: "bind the result to this variable" },
} as const;

/** The arguments of `%realize`. */
export type RealizeArguments = typeof specs;

/** `%realize expression`: runs or reuses a stage, with live progress, and shows what came of it. */
export const realizeMagic: Magic = defineMagic({
  name: "realize",
  kind: "line",
  summary: "realizes a stage: runs what has to run, reuses the rest, shows the result",
  help: `
%realize classifier                reuses what the store has, and runs what it does not have
%realize classifier --outcomes 5   makes as many more outcomes as are missing to five
%realize classifier --new 5        makes five more outcomes, each time
%realize classifier --as rref      binds the result to a variable
%realize classifier --dry-run      says what would run
%realize dref:...                  realizes a derivation of the store by its address

What the realizer printed and displayed is shown, also when the realization is reused; --no-replay leaves it out then.
A stage that failed names its error and the end of its log; its output folder is kept. An interrupt stops
what runs and keeps what is done, and what a stage had made that ran for more than a few seconds.`,
  args: specs,
  types: ({ args, expression, index }) => {
    const name = args.values["as"];
    if (typeof name !== "string") return { epilogue: "", binds: [] };
    const helper = `__lightnix_realized${index}`;
    const declared = ["Stage", "Closure", "DRef", "RRef"]
      .map((type) => `import("lightnix").${type}<C>`)
      .join(" | ");
    // Declared by itself, because an initialised variable could not be used above its declaration.
    const lines = [
      `declare function ${helper}<C>(target: import("lightnix").Sweep<C>): import("lightnix").RRef<C>[];`,
      `declare function ${helper}<C>(target: ${declared}): import("lightnix").RRef<C>;`,
      `const ${helper}_value = ${helper}(${expression});`,
      `export declare var ${name}: typeof ${helper}_value;`,
    ];
    return {
      epilogue: `\n${lines.join("\n")}\n`,
      binds: [{ name, local: name }],
    };
  },
  run: async (context) => {
    const { realizeEffect } = await import("../effects/index.ts");
    await realizeEffect(context);
  },
});
