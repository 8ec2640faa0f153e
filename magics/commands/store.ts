import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { openStore } from "../../core/index.ts";
import { readStore } from "../facts/store.ts";
import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";
import { storeView } from "../views/store.ts";

/** `%store [root]`: shows the store in use, or uses another one. */
export const storeMagic: Magic = defineMagic({
  name: "store",
  kind: "line",
  summary: "shows the store, or uses the one in another folder",
  help: `
%store          where the store is, and what is in it
%store FOLDER   uses the store in that folder from now on (relative to the notebook; ~ is your home)

Stages that are defined already are realized in the new store when they are needed again.`,
  args: {
    root: {
      type: "word",
      optional: true,
      summary: "the folder of another store, in quotes when it has blanks",
    },
  },
  run: ({ args, host, session }) => {
    if (args.root !== undefined) session.store = openStore({ root: folderOf(args.root, host.folder) });
    host.display(storeView(readStore(session.store), new Date()));
  },
});

function folderOf(typed: string, notebook: string): string {
  return typed === "~" || typed.startsWith("~/") ? join(homedir(), typed.slice(1)) : resolve(notebook, typed);
}
