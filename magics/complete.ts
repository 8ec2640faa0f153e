import { flagOf, isFlag } from "./argument-specs.ts";
import { wordsOf } from "./arguments.ts";
import type { ArgumentSpec, Suggestion } from "./argument-specs.ts";
import { typedName } from "./registry.ts";
import type { Magic, MagicRegistry } from "./registry.ts";
import { isInText, scan, scanStart } from "./scan.ts";
import { linesOf, splitCell, timedCell } from "./split.ts";
import type { FoundMagic, SplitOptions } from "./split.ts";

/** One completion. */
export interface MagicCompletion {
  readonly text: string;
  /** `magic`, `flag` or `value`, for the client's icon. */
  readonly type: "magic" | "flag" | "value";
  readonly summary: string;
}

/** Completions that replace `start` to `end` of the cell, in UTF-16 units. */
export interface MagicCompletions {
  readonly start: number;
  readonly end: number;
  readonly items: readonly MagicCompletion[];
  /** That a path can stand there, which whoever knows the folder completes. */
  readonly paths?: "paths" | "folders";
}

/**
 * Completes names, flags and choices of magics at a cursor; pure, and never throws. Nothing when the cursor is in
 * TypeScript, an expression argument included: that is for the language service and {@link typescriptView}.
 */
export function completeMagic(
  code: string,
  cursor: number,
  options: SplitOptions,
): MagicCompletions | undefined {
  const names = completeName(code, cursor, options.registry);
  if (names !== undefined) return names;
  const found = magicAt(code, cursor, options);
  return found?.magic === undefined ? undefined : completeArguments(code, cursor, found, found.magic);
}

/** The magic under a cursor, when the cursor is on its name or one of its flags and not in its expression. */
export function inspectMagic(code: string, cursor: number, options: SplitOptions): Magic | undefined {
  const found = magicAt(code, cursor, options);
  if (found?.magic === undefined) return undefined;
  const inName = cursor <= found.argumentsStart;
  const word = wordsOf(code.slice(0, found.end), found.argumentsStart).find(
    ({ start, end }) => start <= cursor && cursor <= end,
  );
  return inName || word?.text.startsWith("--") === true ? found.magic : undefined;
}

function magicAt(code: string, cursor: number, options: SplitOptions): FoundMagic | undefined {
  const split = splitCell(code, options);
  const timed = split.kind === "cell" && cursor > split.found.end ? timedCell(code, split.found) : undefined;
  if (timed !== undefined) return magicAt(timed, cursor, options);
  const all = split.kind === "cell" ? [split.found] : split.found;
  return all.find((found) => found.start <= cursor && cursor <= found.end);
}

function completeName(code: string, cursor: number, registry: MagicRegistry): MagicCompletions | undefined {
  const line = linesOf(code).findLast(({ start }) => start <= cursor);
  if (line === undefined || isInText(scan(code.slice(0, line.start), scanStart))) return undefined;
  const typed = /^([ \t]*)(%{1,2})[\w-]*$/u.exec(code.slice(line.start, cursor));
  if (typed === null) return undefined;
  const start = line.start + (typed[1]?.length ?? 0);
  const end = cursor + (/^[\w-]*/u.exec(code.slice(cursor))?.[0].length ?? 0);
  // Below `%%time` can be any cell.
  const isFirst =
    code
      .slice(0, line.start)
      .replace(/^\s*%%time\s/u, "")
      .trim() === "";
  const items = registry
    .all()
    .filter((magic) => typedName(magic).startsWith(code.slice(start, cursor)))
    .filter((magic) => magic.kind === "line" || isFirst)
    .map((magic) => ({ text: typedName(magic), type: "magic" as const, summary: magic.summary }));
  return { start, end, items };
}

function completeArguments(
  code: string,
  cursor: number,
  found: FoundMagic,
  magic: Magic,
): MagicCompletions | undefined {
  const before = /\S*$/u.exec(code.slice(found.argumentsStart, cursor))?.[0] ?? "";
  const after = /^\S*/u.exec(code.slice(cursor, found.end))?.[0] ?? "";
  const start = cursor - before.length;
  if (cursor <= found.argumentsStart) return undefined;
  const specs = Object.entries(magic.args);
  const given = code.slice(found.argumentsStart, start);
  const items = before.startsWith("-")
    ? specs
        .filter(([name, spec]) => isOpenFlag(name, spec, given, before))
        .map(([name, spec]) => flagItem(name, spec))
    : choices(specs, given, before);
  const suggest = before.startsWith("-") || items.length > 0 ? undefined : suggestionOf(specs);
  if (suggest !== undefined) return suggested(suggest, { start, end: cursor + after.length, before });
  // Behind `--` nothing else can stand, so that the language service need not be asked.
  return items.length === 0 && !before.startsWith("--")
    ? undefined
    : { start, end: cursor + after.length, items };
}

function suggestionOf(specs: readonly [string, ArgumentSpec][]): Suggestion | undefined {
  return specs.flatMap(([, spec]) =>
    "suggest" in spec && spec.suggest !== undefined ? [spec.suggest] : [],
  )[0];
}

function suggested(
  suggest: Suggestion,
  { start, end, before }: { readonly start: number; readonly end: number; readonly before: string },
): MagicCompletions {
  if (typeof suggest === "string") return { start, end, items: [], paths: suggest };
  const names = suggest().filter((name) => name.startsWith(before));
  return { start, end, items: names.map((text) => ({ text, type: "value", summary: "" })) };
}

function isOpenFlag(name: string, spec: ArgumentSpec, given: string, before: string): boolean {
  const flag = flagOf(name);
  return isFlag(spec) && flag.startsWith(before) && !wordsOf(given).some((word) => word.text === flag);
}

function flagItem(name: string, spec: ArgumentSpec): MagicCompletion {
  return { text: flagOf(name), type: "flag", summary: spec.summary };
}

// Choices are offered for the first positional word.
function choices(specs: readonly [string, ArgumentSpec][], given: string, before: string): MagicCompletion[] {
  if (wordsOf(given).length > 0) return [];
  for (const [, spec] of specs) {
    if (spec.type === "word" && spec.choices !== undefined) {
      return spec.choices
        .filter((choice) => choice.startsWith(before))
        .map((choice) => ({ text: choice, type: "value", summary: spec.summary }));
    }
  }
  return [];
}
