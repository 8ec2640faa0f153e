import { copyClosure, fetchClosure, openStore } from "../../../core/index.ts";
import type { DRef, RRef, Store } from "../../../core/index.ts";
import { isDRef, isRRef } from "../../../core/ref.ts";
import { describeStage } from "../../../core/stage/describe.ts";
import { isOnTheWeb, openOther } from "../../../magics/other-store.ts";
import { defineCommand, type Command } from "../command.ts";
import { AppError } from "../errors.ts";
import { realizationOf } from "./realization.ts";
import { sayBrought } from "./say-brought.ts";
import { readTarget } from "./target.ts";

/** `lightnix pull` */
export const pull: Command = defineCommand({
  name: "pull",
  summary:
    "copies realizations, with all that they were made from, from the store in another folder or on the web",
  more:
    "Of a stage or derivation it is the realization that the matcher takes; it has to be there. Only what the store lacks is\n" +
    "copied. What comes may be code, which runs when a stage of it is realized: pull from the stores of people whose code you would run. A store\n" +
    "that trusts keys (its file trusted-keys, LIGHTNIX_TRUSTED_KEYS) takes only what one of them has signed.\n" +
    "From an http or https URL, under which the folder of a store is handed out, come those that were signed; of a stage, all of them.",
  usage: "<rref | dref | name | file.ts:export>... --from DIR [options]",
  words: "some",
  options: {
    from: { type: "string", value: "PLACE", help: "the other store: a folder, or a URL" },
    root: { type: "string", value: "DIR", help: "the store (LIGHTNIX_ROOT, else your own)" },
  },
  async run(options, words) {
    if (options.from === undefined)
      throw new AppError("bad-usage", 'Cannot run "lightnix pull": it needs --from PLACE, the other store');
    const store = openStore({ ...(options.root !== undefined && { root: options.root }) });
    if (isOnTheWeb(options.from)) {
      const refs = [];
      for (const word of words) refs.push(...(await addressesOf(word, store)));
      sayBrought(await fetchClosure(store, options.from, refs), store);
      return 0;
    }
    const other = openOther(options.from, { doing: "pull from", store });
    const rrefs = [];
    for (const word of words) rrefs.push(await realizationOf("pull", word, other));
    sayBrought(await copyClosure(other, store, rrefs), store);
    return 0;
  },
});

/** The addresses that a word stands for, of what the store need not have. */
async function addressesOf(word: string, store: Store): Promise<(DRef | RRef)[]> {
  if (isRRef(word) || isDRef(word)) return [word];
  const target = await readTarget(word, store);
  if (target.kind === "derivation") return [target.dref];
  return Object.values(target.stages).map((stage) => describeStage(stage).dref);
}
