import { isStage } from "../../core/config.ts";
import { explain } from "../../core/index.ts";
import { isDRef, isRRef, drefOf } from "../../core/ref.ts";
import { MagicError } from "../errors.ts";
import { explanationFacts } from "../facts/explanation.ts";
import { staleness } from "../staleness.ts";
import { explanationView } from "../views/explanation.ts";
import type { ExplainArguments } from "../commands/explain.ts";
import type { MagicContext } from "../registry.ts";

type Target = Parameters<typeof explain>[0];

/** What `%explain` does. */
export async function explainEffect({
  args,
  host,
  session: { store },
  session,
}: MagicContext<ExplainArguments>): Promise<void> {
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
}

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
