import { keep as keepRoot, openStore } from "../../../core/index.ts";
import { parseRRef } from "../../../core/ref.ts";
import { defineCommand, type Command } from "../command.ts";
import { realizationOf } from "./realization.ts";

/** `lightnix keep` */
export const keep: Command = defineCommand({
  name: "keep",
  summary: "keeps a realization, and all that it was made from, from being collected",
  more:
    "Of a stage or derivation it is the realization that the matcher takes; it has to be there. What is kept is a root, and its name\n" +
    "leads to it: <store>/roots/<name>. lightnix roots lists them.",
  usage: "<rref | dref | name | file.ts:export> [options]",
  words: 1,
  options: {
    as: { type: "string", value: "NAME", help: "the name of the root (the stage's)" },
    root: { type: "string", value: "DIR", help: "the store (LIGHTNIX_ROOT, else your own)" },
  },
  async run(options, [word = ""]) {
    const store = openStore({ ...(options.root !== undefined && { root: options.root }) });
    const rref = await realizationOf("keep", word, store);
    const name = options.as ?? parseRRef(rref).name;
    await keepRoot(store, rref, name);
    process.stdout.write(`${name}\t${rref}\n`);
    return 0;
  },
});
