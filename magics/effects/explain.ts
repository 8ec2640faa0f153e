import { isStage } from "../../core/config.ts";
import { explain } from "../../core/index.ts";
import { isDRef, isRRef, drefOf } from "../../core/ref.ts";
import type { Store } from "../../core/index.ts";
import { MagicError } from "../errors.ts";
import { explanationFacts, type ExplanationFacts } from "../facts/explanation.ts";
import { staleness } from "../staleness.ts";
import { endedHow } from "./log.ts";
import { formatAgo } from "../views/format.ts";
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
  const now = new Date();
  const facts = explanationFacts(explanation, store);
  host.display(explanationView(facts, { now, notes: [...notes, ...failures(facts, store, now)] }));
}

const maxFailures = 5;

/** Of what would run, what became of its last run where that left nothing but its log. */
function failures({ shown }: ExplanationFacts, store: Store, now: Date): string[] {
  return shown
    .filter(({ state }) => state === "would-run")
    .flatMap(({ dref, name }) => {
      const lost = store.lastLost(dref);
      if (lost === undefined) return [];
      const how = `The last run of ${name}, begun ${formatAgo(lost.started, now)}, ${endedHow[lost.because]}`;
      return [`${how}${lost.reason === undefined ? "" : `: ${lost.reason}`} (%log ${name} --failed)`];
    })
    .slice(0, maxFailures);
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
