import { isIdentifier } from "../identifier.ts";
import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  expression: { type: "expression", optional: true, summary: "a stage, or a closure" },
  at: {
    type: "text",
    placeholder: "name",
    summary: "hold this stage (or these: a,b) instead of the target",
  },
  as: {
    type: "text",
    placeholder: "name",
    identifier: true,
    summary: 'bind the build to this variable, not to "build"',
  },
  failed: { type: "switch", summary: "take over what the last run left that failed or was interrupted" },
  from: {
    type: "text",
    placeholder: "folder",
    summary: "take over this folder, which was kept of a build",
  },
  jobs: { type: "number", placeholder: "N", min: 1, summary: "how many other realizers may run at once" },
} as const;

/** The arguments of `%pause`. */
export type PauseArguments = typeof specs;

/** `%pause expression`: holds a stage's build, to be done by hand. */
export const pauseMagic: Magic = defineMagic({
  name: "pause",
  kind: "line",
  summary: "holds the build of a stage, so that its outcome can be made by hand",
  help: `
%pause classifier                     realizes what it depends on, and hands out its build as the variable "build"
%pause report --at classifier         holds a stage that it depends on; report is built after %resume
%pause report --at digits,classifier  holds several: "build" is then an object of builds by name
%pause classifier --failed            goes on with what the last run left that failed or was interrupted
%pause                                shows what is held, as it is now

Fill the folder in as many cells as it takes (build.path("model.bin"), build.exec(...), parts of the realizer), then
%resume. %cancel gives it up. The outcome is marked as made by hand.`,
  args: specs,
  types: ({ args, expression, index }) => {
    const { at, as = "build" } = args.values as { at?: string; as?: string };
    if (expression === "") return { epilogue: "", binds: [] };
    const helper = `__lightnix_held${index}`;
    const isOther = at !== undefined && !isIdentifier(at);
    const value = isOther ? `undefined as unknown as ${otherType(at)}` : `${helper}(${at ?? expression})`;
    const lines = [
      `declare function ${helper}<C>(target: import("lightnix").Stage<C> | import("lightnix").Closure<C>): import("lightnix").Build<C>;`,
      `const ${helper}_value = ${value};`,
      `export declare var ${as}: typeof ${helper}_value;`,
    ];
    return { epilogue: `\n${lines.join("\n")}\n`, binds: [{ name: as, local: as }] };
  },
  run: async (context) => {
    const { pauseEffect } = await import("../effects/index.ts");
    await pauseEffect(context);
  },
});

// What is known of the type of the build of a stage that no variable is called by.
function otherType(at: string): string {
  const build = `import("lightnix").Build`;
  return at.includes(",") ? `Readonly<Record<string, ${build}>>` : build;
}
