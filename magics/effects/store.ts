import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { openStore } from "../../core/index.ts";
import { readStore } from "../facts/store.ts";
import { storeView } from "../views/store.ts";
import type { StoreArguments } from "../commands/store.ts";
import type { MagicContext } from "../registry.ts";

/** What `%store` does. */
export async function storeEffect({ args, host, session }: MagicContext<StoreArguments>): Promise<void> {
  if (args.root !== undefined) session.store = openStore({ root: folderOf(args.root, host.folder) });
  host.display(storeView(readStore(session.store), new Date()));
}

function folderOf(typed: string, notebook: string): string {
  return typed === "~" || typed.startsWith("~/") ? join(homedir(), typed.slice(1)) : resolve(notebook, typed);
}
