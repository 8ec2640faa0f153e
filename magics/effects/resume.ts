import type { RRef } from "../../core/index.ts";
import { isRRef } from "../../core/ref.ts";
import { MagicError } from "../errors.ts";
import { readRealization } from "../facts/realization.ts";
import { readShown } from "../facts/replay.ts";
import type { Paused } from "../paused.ts";
import type { Session } from "../session.ts";
import { doneBadge, stepsText } from "../views/progress.ts";
import { realizationsView } from "../views/realizations.ts";
import { printedText } from "../views/replay.ts";
import type { ResumeArguments } from "../commands/resume.ts";
import type { MagicContext } from "../registry.ts";

/** What `%resume` does. */
export async function resumeEffect({ args, host, session }: MagicContext<ResumeArguments>): Promise<void> {
  const paused = heldOf(session, "resume");
  const rrefs = rrefsOf(await args.expression?.value(), args.expression?.text ?? "");
  const at = args.at?.split(",").filter((name) => name !== "");
  const results = await paused.resume({ rrefs, at });
  const { held, state } = paused;
  if (held?.state !== "done") return;
  session.paused = undefined;
  const now = new Date();
  const realizations = results.map((rref) => readRealization(rref, session.store));
  const [first] = results;
  const printed = first === undefined ? "" : printedText(readShown(first, session.store).entries);
  const badge = doneBadge(state, now.getTime());
  paused.end(realizationsView(realizations, { now, badge, steps: stepsText(state), printed }));
  if (args.as !== undefined) host.define(args.as, results.length === 1 ? results[0] : results);
}

/** What the session holds; @throws MagicError `not-held`. `doing` is for its message. */
export function heldOf({ paused }: Session, doing: string): Paused {
  if (paused?.isHeld === true) return paused;
  throw new MagicError(
    "not-held",
    `Cannot ${doing}: nothing is held. "%pause stage" holds the build of a stage`,
  );
}

function rrefsOf(value: unknown, text: string): readonly RRef[] | undefined {
  if (text === "") return undefined;
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (all.length > 0 && all.every(isRRef)) return all;
  throw new MagicError(
    "no-realization",
    `Cannot resume with "${text}": it is no realization, nor a list of them`,
    {
      expression: text,
    },
  );
}
