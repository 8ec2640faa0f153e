import type { HistoryArguments } from "../commands/history.ts";
import { MagicError } from "../errors.ts";
import type { MagicContext } from "../registry.ts";

/**
 * What `%history` does.
 *
 * @throws {MagicError} `wrong-argument`
 */
export function historyEffect({ args: { last }, host }: MagicContext<HistoryArguments>): void {
  if (last !== undefined && !/^[1-9]\d*$/u.test(last))
    throw new MagicError(
      "wrong-argument",
      `Cannot show the history of "${last}" cells: it is no whole number`,
      { last },
    );
  const all = [...host.inputs()];
  const shown = last === undefined ? all : all.slice(-Number(last));
  for (const [cell, code] of shown) {
    const mark = `[${cell}] `;
    host.print(`${mark}${code.trimEnd().replaceAll("\n", `\n${" ".repeat(mark.length)}`)}\n`);
  }
}
