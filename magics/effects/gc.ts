import { collect, planCollection } from "../../core/index.ts";
import { age, size, type Amount } from "../amounts.ts";
import type { GcArguments } from "../commands/gc.ts";
import { MagicError } from "../errors.ts";
import { readCollection } from "../facts/collection.ts";
import { LiveDisplay } from "../live-display.ts";
import type { MagicContext } from "../registry.ts";
import { collectionView } from "../views/collection.ts";

/** What `%gc` does. */
export async function gcEffect({ args, host, session }: MagicContext<GcArguments>): Promise<void> {
  const plan = await planCollection(session.store, {
    olderThanMs: amountOf("--older-than", args.olderThan, age),
    freeBytes: amountOf("--free", args.free, size),
  });
  const facts = readCollection(plan);
  if (!args.delete)
    return void host.display(
      collectionView(facts, { kind: "preview", flag: "%gc --delete", keep: "%keep" }, new Date()),
    );
  let count = 0;
  const view = new LiveDisplay(host, () => collectionView(facts, { kind: "removing", count }, new Date()));
  view.changed();
  const removed = (): void => {
    count += 1;
    view.changed();
  };
  try {
    const collected = await collect(plan, { signal: host.signal, onRemoved: removed });
    view.end(collectionView(facts, { kind: "done", collected }, new Date()));
  } catch (error) {
    view.end(collectionView(facts, { kind: "removing", count }, new Date()));
    throw error;
  }
}

function amountOf(flag: string, text: string | undefined, { read, wanted }: Amount): number | undefined {
  const amount = text === undefined ? undefined : read(text);
  if (text === undefined || amount !== undefined) return amount;
  throw new MagicError("wrong-argument", `Cannot run %gc: ${flag} takes ${wanted}, and "${text}" is none`, {
    flag,
    value: text,
  });
}
