import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  expression: { type: "expression", summary: "a stage, or a sweep" },
  grid: { type: "words", placeholder: "field=value,...", summary: "every combination of these values" },
  random: { type: "words", placeholder: "field=range", summary: "values that are drawn at random" },
  n: { type: "number", placeholder: "N", min: 1, summary: "how many points are drawn" },
  seed: { type: "number", placeholder: "N", summary: "which points are drawn: 0 unless given" },
  plot: { type: "words", placeholder: "x y [colour]", max: 3, summary: "plots one column over another" },
  as: { type: "text", placeholder: "name", identifier: true, summary: "bind the sweep to this variable" },
  jobs: { type: "number", placeholder: "N", min: 1, summary: "how many realizers may run at once" },
  dryRun: { type: "switch", summary: "only say what would run" },
  stopAtFailure: { type: "switch", summary: "start nothing more after a point failed" },
} as const;

/** The arguments of `%sweep`. */
export type SweepArguments = typeof specs;

/** `%sweep expression --grid lr=0.1,0.01`: realizes a stage with many configs, and shows one table of what came of it. */
export const sweepMagic: Magic = defineMagic({
  name: "sweep",
  kind: "line",
  summary: "realizes a stage with many configs: a grid, or random ones, as one table",
  help: `
%sweep classifier --grid lr=0.1,0.01 depth=2,4                 every combination: four points
%sweep classifier --grid lr=0.1,0.01,0.001 depth=2,4           builds the two points that are new
%sweep classifier --random lr=log:1e-4..1e-1 --n 20 --seed 1   draws 20 points, always the same ones
%sweep classifier --grid data=mnist,letters --plot lr accuracy stages by their names; a plot above the table
%sweep grid --as grid                                          a sweep that was made by sweep(stage, {...})

Random values: log:1e-4..1e-1 (each power of ten as likely), int:16..256, 0..0.5, or some of 2,4,8. Nested fields
by dots, also of a stage that the config holds: optimizer.lr, data.count. Points that are realized already are
reused, one that fails does not stop the others, and one that diverged (NaN, no metric) is the last in the table.
--as binds the sweep: name.pick(best("metrics.json", { key: "accuracy" })) chooses among the others.`,
  args: specs,
  types: ({ args, expression, index }) => {
    const name = args.values["as"];
    if (typeof name !== "string") return { epilogue: "", binds: [] };
    const helper = `__lightnix_swept${index}`;
    const type = (of: string): string => `import("lightnix").${of}<C>`;
    const lines = [
      `declare function ${helper}<C>(target: ${type("Stage")} | ${type("Sweep")}): ${type("Sweep")};`,
      `const ${helper}_value = ${helper}(${expression});`,
      `export declare var ${name}: typeof ${helper}_value;`,
    ];
    return { epilogue: `\n${lines.join("\n")}\n`, binds: [{ name, local: name }] };
  },
  run: async (context) => {
    const { sweepEffect } = await import("../effects/index.ts");
    await sweepEffect(context);
  },
});
