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
import { realizeSweep, sweepLabel } from "../realize-sweep.ts";
import { runOptions } from "../run-options.ts";
import { readGrid, readSpace } from "../sweep-words.ts";
import type { SweepArguments } from "../commands/sweep.ts";
import type { MagicContext } from "../registry.ts";

/** What `%sweep` does. */
export async function sweepEffect({ args, host, session }: MagicContext<SweepArguments>): Promise<void> {
  const made = sweepOf(await args.expression.value(), args, host);
  const own = ownSweep(made, session, host);
  if (args.as !== undefined) host.define(args.as, own);
  await realizeSweep(own, {
    host,
    session,
    label: args.as ?? sweepLabel(args.expression.text, own),
    plot: (table) => plotOf(args.plot, table),
    options: {
      ...runOptions(session, host),
      jobs: args.jobs,
      dryRun: args.dryRun,
      keepGoing: !args.stopAtFailure,
    },
  });
}

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
