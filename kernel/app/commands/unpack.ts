import { openStore, unpackClosure } from "../../../core/index.ts";
import { isRRef } from "../../../core/ref.ts";
import { counted } from "../../../magics/views/format.ts";
import { defineCommand, type Command } from "../command.ts";

/** `lightnix unpack` */
export const unpack: Command = defineCommand({
  name: "unpack",
  summary: "brings what pack packed into the store, after all of it was checked",
  more: "An archive brings code, which runs when a stage of it is realized: unpack those of people whose code you would run.",
  usage: "<file> [options]",
  words: 1,
  options: { root: { type: "string", value: "DIR", help: "the store (LIGHTNIX_ROOT, else your own)" } },
  async run(options, [file = ""]) {
    const store = openStore({ ...(options.root !== undefined && { root: options.root }) });
    const { refs, added } = await unpackClosure(store, file);
    for (const rref of refs.filter(isRRef)) process.stdout.write(`${rref}\t${store.path(rref)}\n`);
    process.stderr.write(`${counted(refs.length, "object")}, ${added.length} of them new\n`);
    return 0;
  },
});
