import { boundNames, walk } from "./ast.ts";
import type { Program } from "./ast.ts";
import type { Code } from "./code.ts";
import { CodeSyntaxError } from "./errors.ts";
import type { SyntaxProblem } from "./errors.ts";
import { Lines } from "./lines.ts";
import { analyseScopes } from "./scope.ts";
import type { SessionNames } from "./session-names.ts";

/** What {@link checkAssignments} has to know besides the code. */
export interface AssignmentContext {
  /** The constants that the cell declares. */
  readonly constants: ReadonlySet<string>;
  readonly names: SessionNames;
  /** The name of the cell in errors, and the line at which the text begins in it. */
  readonly unit: string;
  readonly line: number;
}

/**
 * Finds assignments to constants, of the cell or of earlier ones: V8 does not, to it they are variables.
 *
 * @throws CodeSyntaxError `syntax`
 */
export function checkAssignments(
  { plain, program, declared, toTyped }: Code,
  context: AssignmentContext,
): void {
  const assigned = assignedNames(program);
  const here = new Set(declared.map(({ name }) => name));
  const { constants } = context;
  const isConstant = (name: string): boolean =>
    here.has(name) ? constants.has(name) : context.names.get(name)?.isConstant === true;
  if (![...assigned].some(isConstant)) return;
  const scopes = analyseScopes(program);
  const lines = new Lines(plain);
  const problems = [...scopes.free, ...[...scopes.topLevel.values()].flat()]
    .filter(({ name, isWrite }) => isWrite && isConstant(name))
    .map(({ name, start, end }): SyntaxProblem => {
      const at = toTyped(lines.positionAt(start));
      const message = `Cannot assign to "${name}": it is a constant. Declare it with "let", or declare it anew`;
      return { message, line: at.line + context.line - 1, column: at.column, length: end - start };
    });
  if (problems.length > 0) throw new CodeSyntaxError({ unit: context.unit, problems });
}

function assignedNames(program: Program): Set<string> {
  const names = new Set<string>();
  walk(program, {
    enter: (node) => {
      if (node.type === "AssignmentExpression") boundNames(node.left).forEach((name) => names.add(name));
      if (node.type === "UpdateExpression" && node.argument.type === "Identifier")
        names.add(node.argument.name);
      if (node.type === "ForInStatement" || node.type === "ForOfStatement") {
        if (node.left.type !== "VariableDeclaration")
          boundNames(node.left).forEach((name) => names.add(name));
      }
    },
  });
  return names;
}
