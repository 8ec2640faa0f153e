import { openStore, unpackClosure } from "../../../core/index.ts";
import { defineCommand, type Command } from "../command.ts";
import { sayBrought } from "./say-brought.ts";

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
    sayBrought(await unpackClosure(store, file), store);
    return 0;
  },
});
