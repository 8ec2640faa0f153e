import { isStage } from "../../core/config.ts";
import { plannedClosure } from "../../core/explain/planned-closure.ts";
import { explain } from "../../core/index.ts";
import type { Targets } from "../../core/index.ts";
import { lensPlace } from "../../core/lens/lens.ts";
import { drefOf, isDRef, isRRef } from "../../core/ref.ts";
import type { DRef } from "../../core/ref.ts";
import { MagicError } from "../errors.ts";
import { graphFacts } from "../facts/graph.ts";
import { staleness } from "../staleness.ts";
import { graphView } from "../views/graph.ts";
import type { GraphArguments } from "../commands/graph.ts";
import type { MagicContext } from "../registry.ts";

/** What `%graph` does. */
export async function graphEffect({ args, host, session }: MagicContext<GraphArguments>): Promise<void> {
  const { store, paused } = session;
  const target = asTarget(await args.expression.value(), args.expression.text);
  const notes = isStage(target) ? staleness(target, host, session) : [];
  const closure = await plannedClosure(target, { store, folders: [host.folder] });
  const explanation = await explain(closure, { store, folders: [host.folder] });
  const held = new Set(paused?.isHeld === true ? paused.held?.builds.map(({ dref }) => dref) : []);
  host.display(graphView(graphFacts(closure, explanation, { store, held, folds: !args.unfold }), notes));
}

function asTarget(value: unknown, text: string): Targets | DRef {
  const place = lensPlace(value);
  if (place !== undefined) return place.dref;
  if (isRRef(value)) return drefOf(value);
  // What of arrays and objects is no stage is for core to say.
  if (isDRef(value) || (typeof value === "object" && value !== null)) return value as Targets | DRef;
  throw new MagicError(
    "no-stage",
    `Cannot draw "${text}": it is no stage, sweep, closure, derivation or realization`,
    { expression: text },
  );
}
