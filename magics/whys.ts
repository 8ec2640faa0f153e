import { explain, reasonText } from "../core/index.ts";
import type { DRef, ExplainOptions, RunReason, Targets } from "../core/index.ts";

const maxReasons = 3;

/** Why each stage of a target would run, in a few words; nothing for what cannot be explained. */
export async function shortWhys(target: Targets, options: ExplainOptions): Promise<Map<DRef, string>> {
  const whys = new Map<DRef, string>();
  try {
    const { derivations } = await explain(target, options);
    for (const one of derivations) if (one.state === "would-run") whys.set(one.dref, shortText(one.reasons));
  } catch {
    // What is wrong with the target is for its realization to say.
  }
  return whys;
}

function shortText(reasons: readonly RunReason[]): string {
  const texts = reasons.slice(0, maxReasons).map(reasonText);
  const more = reasons.length - maxReasons;
  return more > 0 ? `${texts.join(", ")} and ${more} more` : texts.join(", ");
}
