import { openStore, signClosure } from "../../../core/index.ts";
import { secretKeyOf } from "../../../magics/secret-key.ts";
import { counted } from "../../../magics/views/format.ts";
import { defineCommand, type Command } from "../command.ts";
import { AppError } from "../errors.ts";
import { realizationOf } from "./realization.ts";

/** `lightnix sign` */
export const sign: Command = defineCommand({
  name: "sign",
  summary:
    "signs realizations, with all that they were made from; everything in the store, when none is named",
  more:
    "A web server that hands out the store's folder then serves them: whoever trusts the key fetches them before they build\n" +
    "(realize --substituters). What others put into the store is signed as well when it is meant: sign what you vouch for.",
  usage: "[<rref | dref | name | file.ts:export>...] [options]",
  words: "any",
  options: {
    key: {
      type: "string",
      value: "FILE",
      help: "the secret key, of lightnix key generate (LIGHTNIX_KEY_FILE)",
    },
    root: { type: "string", value: "DIR", help: "the store (LIGHTNIX_ROOT, else your own)" },
  },
  async run(options, words) {
    const secretKey = secretKeyOf(options.key);
    if (secretKey === undefined)
      throw new AppError("bad-usage", 'Cannot run "lightnix sign": it needs --key FILE, the secret key');
    const store = openStore({ ...(options.root !== undefined && { root: options.root }) });
    const rrefs = [];
    for (const word of words) rrefs.push(await realizationOf("sign", word, store));
    const signed = await signClosure(store, words.length === 0 ? store.derivations() : rrefs, secretKey);
    process.stderr.write(`${counted(signed.length, "object")} signed\n`);
    return 0;
  },
});
