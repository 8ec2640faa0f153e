import { didYouMean } from "../../core/nearest.ts";
import type { ResetArguments } from "../commands/reset.ts";
import { MagicError } from "../errors.ts";
import type { CellHost } from "../host.ts";
import type { MagicContext } from "../registry.ts";
import { counted } from "../views/format.ts";

/** What `%reset` does. */
export function resetEffect({ args, host, session }: MagicContext<ResetArguments>): void {
  const names = args.names?.split(/[\s,]+/u).filter((name) => name !== "");
  for (const name of names ?? []) checkName(name, host);
  const forgotten = host.forget(names);
  session.provenance.forget(forgotten);
  const kept = (names ?? []).find((name) => !forgotten.includes(name));
  if (kept !== undefined) {
    const why = `Cannot forget "${kept}": it is the kernel's own, or of this very cell`;
    throw new MagicError("own-name", why, { name: kept });
  }
  host.print(`Forgot ${forgotten.length === 1 ? `"${forgotten[0]}"` : counted(forgotten.length, "name")}\n`);
}

function checkName(name: string, host: CellHost): void {
  const names = host.names();
  if (names.includes(name)) return;
  throw new MagicError(
    "unknown-name",
    `Cannot forget "${name}": no cell has defined it.${didYouMean(name, names)}`,
    { name },
  );
}
