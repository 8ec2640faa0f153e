import type { RRef } from "../../core/index.ts";
import { isRRef } from "../../core/ref.ts";
import { MagicError } from "../errors.ts";
import { readRealization } from "../facts/realization.ts";
import { readShown } from "../facts/replay.ts";
import type { Paused } from "../paused.ts";
import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";
import type { Session } from "../session.ts";
import { doneBadge, stepsText } from "../views/progress.ts";
import { realizationsView } from "../views/realizations.ts";
import { printedText } from "../views/replay.ts";

/** `%resume`: goes on with what `%pause` holds. */
export const resumeMagic: Magic = defineMagic({
  name: "resume",
  kind: "line",
  summary: "publishes what was made by hand, and goes on with what is held",
  help: `
%resume                 checks what the config promises, publishes the folder of each held build, and goes on
%resume rref:...        takes this realization of the held stage instead; [a, b] takes several
%resume --at digits     goes on with one of several that are held
%resume --as rref       binds the result to a variable

If a promise is not kept yet, it says which and everything stays held. An interrupt stops what runs after it.`,
  args: {
    expression: { type: "expression", optional: true, summary: "realizations to be taken instead" },
    at: { type: "text", placeholder: "name", summary: "go on with this one of several (or these: a,b)" },
    as: { type: "text", placeholder: "name", identifier: true, summary: "bind the result to this variable" },
  },
  types: ({ args }) => {
    const name = args.values["as"];
    if (typeof name !== "string") return { epilogue: "", binds: [] };
    return {
      epilogue: `\nexport declare var ${name}: import("lightnix").RRef;\n`,
      binds: [{ name, local: name }],
    };
  },
  run: async ({ args, host, session }) => {
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
  },
});

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
