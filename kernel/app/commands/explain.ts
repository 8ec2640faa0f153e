import { closureFromStore, explain as explainTargets, openStore } from "../../../core/index.ts";
import type { Explanation, Store, Targets } from "../../../core/index.ts";
import { explanationFacts } from "../../../magics/facts/explanation.ts";
import { explanationText } from "../../../magics/views/explanation-text.ts";
import { visible } from "../../../magics/views/html.ts";
import { defineCommand, type Command } from "../command.ts";
import { painter, wantsColours } from "../terminal/paint.ts";
import { readCount } from "./read-number.ts";
import { readTarget, targetUsage } from "./target.ts";

/** `lightnix explain` */
export const explain: Command = defineCommand({
  name: "explain",
  summary:
    "says why stages would run: what changed since the nearest earlier ones of their names; runs nothing",
  more: "It exits with 0 when nothing would fail, whether anything would run or not, and 1 when something would.",
  usage: `${targetUsage}... [options]`,
  words: "some",
  options: {
    root: { type: "string", value: "DIR", help: "the store (LIGHTNIX_ROOT, else your own)" },
    new: { type: "string", value: "N", help: "as if N new outcomes of each target were asked for" },
    outcomes: { type: "string", value: "N", help: "as if N outcomes of each target were asked for" },
    force: { type: "boolean", short: "f", help: "as if the targets were forced to run" },
    json: { type: "boolean", help: "print the whole explanation as JSON" },
  },
  async run(options, words) {
    const demand = {
      force: options.force,
      count: readCount("new", options.new),
      atLeast: readCount("outcomes", options.outcomes),
    };
    const store = openStore({ ...(options.root !== undefined && { root: options.root }) });
    const explanation = await explainTargets(await targetsOf(words, store), { store, ...demand });
    const text =
      options.json === true ? JSON.stringify(explanation, undefined, 2) : explained(explanation, store);
    // A module that was loaded may have left timers behind, and nobody is to wait for those.
    await new Promise<void>((resolve) => process.stdout.write(`${text}\n`, () => resolve()));
    process.exit(explanation.derivations.some(({ state }) => state === "would-fail") ? 1 : 0);
  },
});

async function targetsOf(words: readonly string[], store: Store): Promise<Targets> {
  const targets: Targets[] = [];
  for (const word of words) {
    const target = await readTarget(word, store);
    if (target.kind === "stages") targets.push(...Object.values(target.stages));
    else targets.push(await closureFromStore(store, target.dref, { folders: [process.cwd()] }));
  }
  return targets;
}

function explained(explanation: Explanation, store: Store): string {
  const paint = painter(wantsColours(process.stdout, process.env));
  // Values and code come from who knows where: what would steer the terminal is made visible before it is painted.
  return explanationText(explanationFacts(explanation, store), {
    now: new Date(),
    paint: (style, text) => paint(style, visible(text)),
  });
}
