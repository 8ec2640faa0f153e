import { isStage } from "../../core/config.ts";
import type { Stage } from "../../core/index.ts";
import { isIdentifier } from "../identifier.ts";
import { readLens } from "../facts/lens.ts";
import { staleness } from "../staleness.ts";
import { lensView } from "../views/lens.ts";
import type { LensArguments } from "../commands/lens.ts";
import type { MagicContext } from "../registry.ts";

/** What `%lens` does. */
export async function lensEffect({ args, host, session }: MagicContext<LensArguments>): Promise<void> {
  const target = { value: await args.expression.value(), text: args.expression.text };
  const [head = ""] = /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(target.text) ?? [];
  const start = isIdentifier(head) ? host.lookup(head)?.value : undefined;
  const notes = isStage(start) ? staleness(start as Stage, host, session) : [];
  host.display(lensView(await readLens(target, session.store), new Date(), notes));
}
