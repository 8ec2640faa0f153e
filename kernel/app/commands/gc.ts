import { collect, openStore, planCollection } from "../../../core/index.ts";
import { readCollection } from "../../../magics/facts/collection.ts";
import { collectedText, collectionText } from "../../../magics/views/collection.ts";
import { defineCommand, type Command } from "../command.ts";
import { readAge, readBytes } from "./read-amount.ts";

/** `lightnix gc` */
export const gc: Command = defineCommand({
  name: "gc",
  summary: "shows what no root needs, with age, size and metrics, and removes it when told to",
  more:
    "Without --delete it changes nothing. What keep keeps, what running builds use, and all that those were made from stays. Builds\n" +
    "may go on meanwhile.",
  usage: "[options]",
  words: 0,
  options: {
    "older-than": { type: "string", value: "AGE", help: "only what is older: 12h, 30d, 8w" },
    free: {
      type: "string",
      value: "SIZE",
      help: "only until so much is freed, the oldest first: 500MB, 10GB",
    },
    delete: { type: "boolean", help: "remove it" },
    root: { type: "string", value: "DIR", help: "the store (LIGHTNIX_ROOT, else your own)" },
  },
  async run(options) {
    const store = openStore({ ...(options.root !== undefined && { root: options.root }) });
    const plan = await planCollection(store, {
      olderThanMs: readAge("older-than", options["older-than"]),
      freeBytes: readBytes("free", options.free),
    });
    const facts = readCollection(plan);
    const isPreview = options.delete !== true;
    const state = isPreview
      ? ({ kind: "preview", flag: "--delete", keep: "lightnix keep" } as const)
      : undefined;
    process.stdout.write(`${collectionText(facts, state, new Date())}\n`);
    if (!isPreview) process.stdout.write(`${collectedText(await collect(plan))}\n`);
    return 0;
  },
});
