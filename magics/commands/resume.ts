import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  expression: { type: "expression", optional: true, summary: "realizations to be taken instead" },
  at: { type: "text", placeholder: "name", summary: "go on with this one of several (or these: a,b)" },
  as: { type: "text", placeholder: "name", identifier: true, summary: "bind the result to this variable" },
} as const;

/** The arguments of `%resume`. */
export type ResumeArguments = typeof specs;

/** `%resume`: goes on with what `%pause` holds. */
export const resumeMagic: Magic = defineMagic({
  name: "resume",
  kind: "line",
  summary: "publishes what was made by hand, and goes on with what is held",
  help: `
%resume                 checks what the config promises, publishes the folder of each held build, and goes on
%resume rref:...        takes this realization of the held stage instead; [a, b] takes several
%resume --at digits     goes on with one of several that are held
%resume --as rref       binds the result to a variable

If a promise is not kept yet, it says which and everything stays held. An interrupt stops what runs after it.`,
  args: specs,
  types: ({ args }) => {
    const name = args.values["as"];
    if (typeof name !== "string") return { epilogue: "", binds: [] };
    return {
      epilogue: `\nexport declare var ${name}: import("lightnix").RRef;\n`,
      binds: [{ name, local: name }],
    };
  },
  run: async (context) => {
    const { resumeEffect } = await import("../effects/index.ts");
    await resumeEffect(context);
  },
});
