import { inspect } from "node:util";
import { isStage } from "../../core/config.ts";
import { random, sweep } from "../../core/index.ts";
import type { Stage, Sweep } from "../../core/index.ts";
import { isSweep } from "../../core/sweep/swept.ts";
import { isIdentifier } from "../identifier.ts";
import { MagicError } from "../errors.ts";
import type { CellHost } from "../host.ts";
import { ownSweep } from "../own-sweep.ts";
import { plotOf } from "../plot-words.ts";
import { realizeSweep } from "../realize-sweep.ts";
import { runOptions } from "../run-options.ts";
import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";
import { readGrid, readSpace } from "../sweep-words.ts";

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
reused, one that fails does not stop the others. --as binds the sweep: name.pick(best("metrics.json", { key: "accuracy" })).`,
  args: {
    expression: { type: "expression", summary: "a stage, or a sweep" },
    grid: { type: "words", placeholder: "field=value,...", summary: "every combination of these values" },
    random: { type: "words", placeholder: "field=range", summary: "values that are drawn at random" },
    n: { type: "number", placeholder: "N", min: 1, summary: "how many points are drawn" },
    seed: { type: "number", placeholder: "N", summary: "which points are drawn: 0 unless given" },
    plot: { type: "words", placeholder: "x y [colour]", max: 3, summary: "plots one column over another" },
    as: { type: "text", placeholder: "name", identifier: true, summary: "bind the sweep to this variable" },
    jobs: { type: "number", placeholder: "N", min: 1, summary: "how many stages may run at once" },
    dryRun: { type: "switch", summary: "only say what would run" },
    stopAtFailure: { type: "switch", summary: "start nothing more after a point failed" },
  },
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
  run: async ({ args, host, session }) => {
    const made = sweepOf(await args.expression.value(), args, host);
    const own = ownSweep(made, session, host);
    if (args.as !== undefined) host.define(args.as, own);
    await realizeSweep(own, {
      host,
      session,
      plot: (table) => plotOf(args.plot, table),
      options: {
        ...runOptions(session, host),
        jobs: args.jobs,
        dryRun: args.dryRun,
        keepGoing: !args.stopAtFailure,
      },
    });
  },
});

interface Words {
  readonly expression: { readonly text: string };
  readonly grid: readonly string[] | undefined;
  readonly random: readonly string[] | undefined;
  readonly n: number | undefined;
  readonly seed: number | undefined;
}

/** What the arguments ask for; a grid and random values together are the product of both. */
function sweepOf(value: unknown, args: Words, host: CellHost): Sweep {
  if (!isStage(value) && !isSweep(value)) {
    throw new MagicError(
      "no-stage",
      `Cannot sweep "${args.expression.text}": it is ${inspect(value, { depth: 0 }).slice(0, 60)}, and no stage or sweep`,
      { expression: args.expression.text },
    );
  }
  const stage = (isSweep(value) ? value.stages[0] : value) as Stage;
  const options = { stage, lookup: (name: string) => (isIdentifier(name) ? host.lookup(name) : undefined) };
  let made = value as Stage | Sweep;
  if (args.grid !== undefined) made = sweep(made, readGrid(args.grid, options));
  if (args.random !== undefined) {
    if (args.n === undefined) throw missing("--random", "how many points are drawn: --n 20");
    made = sweep(made, random(readSpace(args.random, options), { n: args.n, seed: args.seed }));
  } else if (args.n !== undefined || args.seed !== undefined)
    throw missing(args.n === undefined ? "--seed" : "--n", "what is drawn: --random lr=log:1e-4..1e-1");
  if (isSweep(made)) return made;
  throw missing(
    `"${args.expression.text}"`,
    "over what: --grid lr=0.1,0.01 or --random lr=log:1e-4..1e-1 --n 20",
  );
}

function missing(what: string, wanted: string): MagicError {
  return new MagicError(
    "missing-argument",
    `Cannot sweep ${what.startsWith("--") ? `with ${what}` : what}: say ${wanted}`,
    {},
  );
}
