import { closureFromStore, compare as compareTargets, openStore } from "../../../core/index.ts";
import type { CompareTarget, Store } from "../../../core/index.ts";
import { isRRef } from "../../../core/ref.ts";
import { comparisonFacts } from "../../../magics/facts/comparison.ts";
import { comparisonText } from "../../../magics/views/comparison.ts";
import { visible } from "../../../magics/views/html.ts";
import { defineCommand, type Command } from "../command.ts";
import { AppError } from "../errors.ts";
import { painter, wantsColours } from "../terminal/paint.ts";
import { readTarget } from "./target.ts";

/** `lightnix compare` */
export const compare: Command = defineCommand({
  name: "compare",
  summary: "shows two realizations or stages side by side: config, code, metrics, artifacts; runs nothing",
  more: "A stage stands for the realization that its matcher takes.",
  usage: "<rref | dref | name | file.ts:export> <the same> [options]",
  words: 2,
  options: {
    root: { type: "string", value: "DIR", help: "the store (LIGHTNIX_ROOT, else your own)" },
    json: { type: "boolean", help: "print the whole comparison as JSON" },
  },
  async run(options, [before = "", after = ""]) {
    const store = openStore({ ...(options.root !== undefined && { root: options.root }) });
    const [old, now] = [await targetOf(before, store), await targetOf(after, store)];
    const compared = await compareTargets(old, now, { store, folders: [process.cwd()] });
    const paint = painter(wantsColours(process.stdout, process.env));
    const text =
      options.json === true
        ? JSON.stringify(compared, undefined, 2)
        : comparisonText(comparisonFacts(compared, store, [before, after]), {
            now: new Date(),
            paint: (style, part) => paint(style, visible(part)),
          });
    // A module that was loaded may have left timers behind, and nobody is to wait for those.
    await new Promise<void>((resolve) => process.stdout.write(`${text}\n`, () => resolve()));
    process.exit(0);
  },
});

async function targetOf(word: string, store: Store): Promise<CompareTarget> {
  if (isRRef(word)) return word;
  const target = await readTarget(word, store);
  if (target.kind === "derivation")
    return await closureFromStore(store, target.dref, { folders: [process.cwd()] });
  const [stage, ...others] = Object.values(target.stages);
  if (stage !== undefined && others.length === 0) return stage;
  const names = Object.keys(target.stages).join(", ");
  const text = `Cannot compare "${word}": it is several stages. Name one of ${names}`;
  throw new AppError("ambiguous-target", text, { target: word });
}
