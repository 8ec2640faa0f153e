import { copyClosure, openStore } from "../../../core/index.ts";
import { openOther } from "../../../magics/other-store.ts";
import { defineCommand, type Command } from "../command.ts";
import { AppError } from "../errors.ts";
import { secretKeyOf } from "../../../magics/secret-key.ts";
import { realizationOf } from "./realization.ts";
import { sayBrought } from "./say-brought.ts";

/** `lightnix push` */
export const push: Command = defineCommand({
  name: "push",
  summary: "copies realizations, with all that they were made from, to the store in another folder",
  more:
    "Of a stage or derivation it is the realization that the matcher takes; it has to be there. Only what the other store lacks is\n" +
    "copied; the other store is made if need be. With --key, what is copied is signed, and others can fetch it before they build (realize\n" +
    "--substituters), also from a web server that hands out the other store's folder.",
  usage: "<rref | dref | name | file.ts:export>... --to DIR [options]",
  words: "some",
  options: {
    key: {
      type: "string",
      value: "FILE",
      help: "sign with this secret key, of lightnix key generate (LIGHTNIX_KEY_FILE)",
    },
    to: { type: "string", value: "DIR", help: "the other store" },
    root: { type: "string", value: "DIR", help: "the store (LIGHTNIX_ROOT, else your own)" },
  },
  async run(options, words) {
    if (options.to === undefined)
      throw new AppError("bad-usage", 'Cannot run "lightnix push": it needs --to DIR, the other store');
    const store = openStore({ ...(options.root !== undefined && { root: options.root }) });
    const other = openOther(options.to, { doing: "push to", store });
    const rrefs = [];
    for (const word of words) rrefs.push(await realizationOf("push", word, store));
    sayBrought(await copyClosure(store, other, rrefs, { secretKey: secretKeyOf(options.key) }), other);
    return 0;
  },
});
