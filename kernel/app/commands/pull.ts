import { copyClosure, openStore } from "../../../core/index.ts";
import { openOther } from "../../../magics/other-store.ts";
import { defineCommand, type Command } from "../command.ts";
import { AppError } from "../errors.ts";
import { realizationOf } from "./realization.ts";
import { sayBrought } from "./say-brought.ts";

/** `lightnix pull` */
export const pull: Command = defineCommand({
  name: "pull",
  summary: "copies realizations, with all that they were made from, from the store in another folder",
  more:
    "Of a stage or derivation it is the realization that the matcher takes; it has to be there. Only what the store lacks is\n" +
    "copied. What comes may be code, which runs when a stage of it is realized: pull from the stores of people whose code you would run. A store\n" +
    "that trusts keys (its file trusted-keys, LIGHTNIX_TRUSTED_KEYS) takes only what one of them has signed.",
  usage: "<rref | dref | name | file.ts:export>... --from DIR [options]",
  words: "some",
  options: {
    from: { type: "string", value: "DIR", help: "the other store" },
    root: { type: "string", value: "DIR", help: "the store (LIGHTNIX_ROOT, else your own)" },
  },
  async run(options, words) {
    if (options.from === undefined)
      throw new AppError("bad-usage", 'Cannot run "lightnix pull": it needs --from DIR, the other store');
    const store = openStore({ ...(options.root !== undefined && { root: options.root }) });
    const other = openOther(options.from, { doing: "pull from", store });
    const rrefs = [];
    for (const word of words) rrefs.push(await realizationOf("pull", word, other));
    sayBrought(await copyClosure(other, store, rrefs), store);
    return 0;
  },
});
