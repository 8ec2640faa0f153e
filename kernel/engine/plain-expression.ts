import { parse } from "./ast.ts";
import { readCode } from "./code.ts";
import { isObjectLiteral } from "./completeness.ts";
import { Edits } from "./edits.ts";
import { CodeSyntaxError } from "./errors.ts";
import { hidden } from "./hidden.ts";
import { hasTopLevelAwait } from "./rewrite.ts";
import { analyseScopes } from "./scope.ts";
import type { SessionNames } from "./session-names.ts";

/** An expression as V8 can evaluate it, or what is wrong with it. */
export type PlainExpression = { readonly plain: string } | { readonly problem: string };

/** Takes types out of an expression, and has its names mean what they mean to a cell, or to a module with those imports. */
export function plainExpression(
  expression: string,
  names: SessionNames,
  imports: ReadonlySet<string>,
): PlainExpression {
  try {
    const text = isObjectLiteral(expression) ? `(${expression}\n)` : expression;
    const { plain, declared } = readCode(text, { unit: "expression" });
    // It would be a declaration that no cell could ever replace.
    if (declared.length > 0) return { problem: "it declares a name, which only a cell can" };
    const { program } = parse(plain, "js");
    // Whoever asks cannot wait: while the program is paused, nothing that is awaited comes.
    if (hasTopLevelAwait(program)) return { problem: "it awaits, which only a cell can" };
    const edits = new Edits(plain);
    const apart = names.keptApartIn(plain);
    for (const use of analyseScopes(program).free) {
      const other = imports.has(use.name)
        ? `${hidden.imports}.${use.name}`
        : apart.has(use.name)
          ? names.bindingOf(use.name)
          : undefined;
      if (other !== undefined) edits.replace(use, use.isShorthand ? `${use.name}:${other}` : other);
    }
    return { plain: edits.render().text };
  } catch (error) {
    if (error instanceof CodeSyntaxError) return { problem: error.problems[0]?.message ?? error.message };
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
