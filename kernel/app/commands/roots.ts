import { dropRoot, listRoots, openStore } from "../../../core/index.ts";
import { defineCommand, type Command } from "../command.ts";

/** `lightnix roots` */
export const roots: Command = defineCommand({
  name: "roots",
  summary: "lists what keep keeps: the names of roots, and where they lead",
  usage: "[options]",
  words: 0,
  options: {
    drop: {
      type: "string",
      value: "NAME",
      help: "let go of that root; what it kept stays until it is collected",
    },
    root: { type: "string", value: "DIR", help: "the store (LIGHTNIX_ROOT, else your own)" },
  },
  async run(options) {
    const store = openStore({ ...(options.root !== undefined && { root: options.root }) });
    if (options.drop !== undefined) await dropRoot(store, options.drop);
    const lines = listRoots(store).map(({ name, ref }) => `${name}\t${ref ?? "leads to nothing"}\n`);
    process.stdout.write(lines.join(""));
    return 0;
  },
});
