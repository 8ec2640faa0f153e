import { parseArguments } from "./arguments.ts";
import { MagicError } from "./errors.ts";
import { typedName } from "./registry.ts";
import { scan, scanStart } from "./scan.ts";
import { blank } from "./split.ts";
import type { FoundMagic, SplitOptions } from "./split.ts";

/** What a prepared cell calls where a timed statement begins (`"start"`) and ends (`"stop"`); a kernel stands behind it. */
const timeCall = 'globalThis[Symbol.for("lightnix.time")]';

/** A timed statement and what stands around it. */
interface TimedPlace {
  readonly code: string;
  readonly found: FoundMagic;
  /** The cell up to the magic before, as it is to run. */
  readonly text: string;
  /** The code between that magic and this one. */
  readonly before: string;
  /** The code behind the statement. */
  readonly after: string;
}

/**
 * The cell up to the end of a timed statement, which keeps its columns: its clock starts where the code before it ends, or with the
 * cell. Of the last statement it ends with the cell, whose result is that of the statement.
 *
 * @throws MagicError `missing-argument`, or `misplaced-magic` within a block, and before another magic
 */
export function timedStatement(
  { code, found, text, before, after }: TimedPlace,
  options: SplitOptions,
): { readonly text: string; readonly clocks: number } {
  const typed = code.slice(found.argumentsStart, found.end);
  const magic = options.registry.get("line", found.name);
  parseArguments(typedName(magic), magic.args, typed);
  const isMagic = /^\s*%/u.test(typed);
  if (isMagic || !options.isComplete(text + before)) throw misplaced(typed.trim(), isMagic);
  const statement = blank(code.slice(found.start, found.argumentsStart)) + typed.slice(0, codeEnd(typed));
  const stop = codeEnd(after) === 0 ? "" : `;${timeCall}("stop");`;
  const rest = stop + typed.slice(codeEnd(typed));
  if (text === "" && codeEnd(before) === 0) return { text: before + statement + rest, clocks: 1 };
  const start = `${before.slice(0, codeEnd(before))};${timeCall}("start");${before.slice(codeEnd(before))}`;
  return { text: text + start + statement + rest, clocks: 0 };
}

function misplaced(statement: string, isMagic: boolean): MagicError {
  const why = isMagic
    ? "that is a magic. Write %%time in the line above it, at the top of its cell"
    : "%time stands in no block, and behind whole statements. In other places, performance.now() tells the time";
  return new MagicError("misplaced-magic", `Cannot time "${statement}": ${why}`, { magic: "%time" });
}

// Behind the last character that is neither blank nor comment.
function codeEnd(text: string): number {
  let end = 0;
  scan(text, scanStart, (offset, place) => {
    if (place !== "comment" && text.charAt(offset).trim() !== "") end = offset + 1;
  });
  return end;
}
