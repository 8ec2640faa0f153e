import { openStore, packClosure } from "../../../core/index.ts";
import { counted, formatBytes } from "../../../magics/views/format.ts";
import { defineCommand, type Command } from "../command.ts";
import { realizationOf } from "./realization.ts";

/** `lightnix pack` */
export const pack: Command = defineCommand({
  name: "pack",
  summary: "packs realizations, with all that they were made from, into one .tar.zst file",
  more:
    "Of a stage or derivation it is the realization that the matcher takes; it has to be there. The same closure gives the same bytes.\n" +
    "lightnix unpack brings it into another store.",
  usage: "<rref | dref | name | file.ts:export>... [options]",
  words: "some",
  options: {
    output: { type: "string", short: "o", value: "FILE", help: "the archive (closure.tar.zst)" },
    root: { type: "string", value: "DIR", help: "the store (LIGHTNIX_ROOT, else your own)" },
  },
  async run(options, words) {
    const store = openStore({ ...(options.root !== undefined && { root: options.root }) });
    const rrefs = [];
    for (const word of words) rrefs.push(await realizationOf("pack", word, store));
    const { file, sizeBytes, refs } = await packClosure(store, rrefs, options.output ?? "closure.tar.zst");
    process.stdout.write(`${file}\t${counted(refs.length, "object")}, ${formatBytes(sizeBytes)}\n`);
    return 0;
  },
});
