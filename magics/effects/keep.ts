import { keep, listRoots } from "../../core/index.ts";
import { parseRRef } from "../../core/ref.ts";
import type { KeepArguments } from "../commands/keep.ts";
import { readRoots } from "../facts/roots.ts";
import { realizationOf } from "../realization-of.ts";
import type { MagicContext } from "../registry.ts";
import { rootsView } from "../views/roots.ts";

/** What `%keep` does. */
export async function keepEffect({ args, host, session }: MagicContext<KeepArguments>): Promise<void> {
  const { store } = session;
  const rref = await realizationOf(args.expression, { doing: "keep", store, host });
  const name = args.as ?? parseRRef(rref).name;
  const before = listRoots(store).find((root) => root.name === name && root.folder === undefined)?.ref;
  await keep(store, rref, name);
  const instead = before === undefined || before === rref ? undefined : before;
  const roots = readRoots(store).filter((root) => root.name === name);
  host.display(rootsView({ roots, root: store.root, instead }, new Date()));
}
