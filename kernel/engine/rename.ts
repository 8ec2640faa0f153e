import type { Program } from "./ast.ts";
import type { Code } from "./code.ts";
import type { Edits, Range } from "./edits.ts";
import { shorthandMark } from "./hidden.ts";
import { analyseScopes } from "./scope.ts";
import type { NameUse, Scopes } from "./scope.ts";
import type { SessionNames } from "./session-names.ts";

/** What {@link renameKeptApart} has to know besides the code. */
export interface Renaming {
  readonly names: SessionNames;
  /** New names for what the compiler has added. */
  readonly added: ReadonlyMap<string, string>;
  /** What is not there any more when V8 sees the text. */
  readonly blanks: readonly Range[];
}

/**
 * Renames the bindings, and all that refers to them, which packages must not see (`performance`, `self`, `URL`), and those that the
 * compiler has added, which no other cell may meet.
 */
export function renameKeptApart(
  { plain, program, declared }: Code,
  edits: Edits,
  { names, added, blanks }: Renaming,
): void {
  const renamed = names.keptApartIn(plain);
  for (const { name } of declared) if (names.isKeptApart(name)) renamed.add(name);
  for (const name of added.keys()) renamed.add(name);
  if (renamed.size === 0) return;
  const scopes = analyseScopes(program);
  const declarations = declarationStarts(program);
  for (const use of usesOf(scopes, renamed)) {
    if (declarations.has(use.start) || blanks.some(({ start, end }) => start <= use.start && use.end <= end))
      continue;
    const name = added.get(use.name) ?? names.bindingOf(use.name);
    edits.replace(use, use.isShorthand ? `${use.name}:${shorthandMark}${name}` : name);
  }
}

function usesOf({ free, topLevel }: Scopes, names: ReadonlySet<string>): NameUse[] {
  return [
    ...free.filter(({ name }) => names.has(name)),
    ...[...names].flatMap((name) => topLevel.get(name) ?? []),
  ];
}

// Functions and classes keep their own names: their bindings are made beside them.
function declarationStarts(program: Program): Set<number> {
  const starts = new Set<number>();
  for (const statement of program.body) {
    const isExport =
      statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration";
    const node = isExport ? statement.declaration : statement;
    if (node?.type === "FunctionDeclaration" || node?.type === "ClassDeclaration") {
      if (node.id !== null) starts.add(node.id.start);
    }
  }
  return starts;
}
