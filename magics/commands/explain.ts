import { isStage } from "../../core/config.ts";
import { explain } from "../../core/index.ts";
import { isDRef, isRRef, drefOf } from "../../core/ref.ts";
import { MagicError } from "../errors.ts";
import { explanationFacts } from "../facts/explanation.ts";
import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";
import { staleness } from "../staleness.ts";
import { explanationView } from "../views/explanation.ts";

type Target = Parameters<typeof explain>[0];

/** `%explain expression`: why a stage would run. */
export const explainMagic: Magic = defineMagic({
  name: "explain",
  kind: "line",
  summary: "why a stage would run: what changed since the nearest earlier one of its name",
  help: `
For each stage that realizing would run: the fields of the config, the code, files, packages and dependencies
that differ from the nearest earlier stage of that name that has an outcome, with old and new values and the
lines of code; or which other outcome of a dependency counts now; or how many outcomes are asked for.
Runs nothing.

%explain classifier
%explain classifier --outcomes 5    as %realize --outcomes 5 would be
%explain rref                       a realization or derivation of the store`,
  args: {
    expression: {
      type: "expression",
      summary: "a stage, a closure, several of them, a derivation or a realization",
    },
    new: { type: "number", placeholder: "N", min: 1, summary: "as if N new outcomes were asked for" },
    outcomes: { type: "number", placeholder: "N", min: 1, summary: "as if N outcomes were asked for" },
    force: { type: "switch", summary: "as if the stage was forced to run" },
  },
  run: async ({ args, host, session: { store }, session }) => {
    const target = asTarget(await args.expression.value(), args.expression.text);
    const notes = isStage(target) ? staleness(target, host, session) : [];
    const explanation = await explain(target, {
      store,
      force: args.force,
      count: args.new,
      atLeast: args.outcomes,
      folders: [host.folder],
    });
    host.display(explanationView(explanationFacts(explanation, store), { now: new Date(), notes }));
  },
});

function asTarget(value: unknown, text: string): Target {
  if (isRRef(value)) return drefOf(value);
  // What of arrays and objects is no stage is for core to say.
  if (isDRef(value) || (typeof value === "object" && value !== null)) return value as Target;
  throw new MagicError(
    "no-stage",
    `Cannot explain "${text}": it is no stage, closure, derivation or realization`,
    { expression: text },
  );
}
