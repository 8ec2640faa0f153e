import { isStage } from "../../core/config.ts";
import { compare } from "../../core/index.ts";
import type { CompareTarget } from "../../core/index.ts";
import { lensPlace } from "../../core/lens/lens.ts";
import { isDRef, isRRef } from "../../core/ref.ts";
import { isClosure } from "../../core/stage/targets.ts";
import { MagicError } from "../errors.ts";
import { expressionList } from "../expression-list.ts";
import { comparisonFacts } from "../facts/comparison.ts";
import { staleness } from "../staleness.ts";
import { comparisonView } from "../views/comparison.ts";
import type { CompareArguments } from "../commands/compare.ts";
import type { MagicContext } from "../registry.ts";

/** What `%compare` does. */
export async function compareEffect({ args, host, session }: MagicContext<CompareArguments>): Promise<void> {
  const { store } = session;
  const { text } = args.expressions;
  const values = (await args.expressions.value()) as readonly unknown[];
  const texts = expressionList(text).map(({ start, end }) => text.slice(start, end));
  const [before, after] = values.map((value, index) => asTarget(value, texts[index] ?? text));
  if (before === undefined || after === undefined) return;
  const notes = [before, after].flatMap((one) => (isStage(one) ? staleness(one, host, session) : []));
  const compared = await compare(before, after, { store, folders: [host.folder] });
  const facts = comparisonFacts(compared, store, [texts[0] ?? "", texts[1] ?? ""]);
  host.display(comparisonView(facts, { now: new Date(), notes: [...new Set(notes)] }));
}

function asTarget(value: unknown, text: string): CompareTarget {
  const place = lensPlace(value);
  if (place !== undefined) return place.rrefs?.[0] ?? place.dref;
  // Who has realized several has an array of them, be it of one.
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (isRRef(one) || isDRef(one) || isStage(one) || isClosure(one)) return one as CompareTarget;
  const several = Array.isArray(value) || (typeof value === "object" && value !== null && "stages" in value);
  const advice = several ? ". Of several, name one" : "";
  throw new MagicError(
    "no-stage",
    `Cannot compare "${text}": it is no stage, closure, derivation or realization${advice}`,
    { expression: text },
  );
}
