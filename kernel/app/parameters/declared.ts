import { boundNames, parseTyped } from "../../engine/ast.ts";
import type { Node, Program } from "../../engine/ast.ts";
import { literalType } from "./literal-type.ts";

/** A variable that a cell declares at its top level. */
export interface DeclaredVariable {
  readonly name: string;
  /** Whether another value can be assigned to it; else it has to be declared anew. */
  readonly isConstant: boolean;
  /** The type of a constant as far as it is written there, or follows from a literal. */
  readonly type: string | undefined;
}

/** The variables that a cell declares at its top level, in their order; nothing when it is no TypeScript. */
export function declaredVariables(cell: string): DeclaredVariable[] | undefined {
  // Lines of magics are no TypeScript; positions are kept.
  const text = cell.replaceAll(/^[ \t]*[%!].*$/gmu, (line) => " ".repeat(line.length));
  const { program, errors } = parseTyped(text);
  return errors.length > 0 ? undefined : program.body.flatMap((statement) => variablesOf(statement, text));
}

/** Whether a text is a name that a variable can have. */
export function isVariableName(name: string): boolean {
  const declared = declaredVariables(`let ${name} = 0;`);
  return declared?.length === 1 && declared[0]?.name === name;
}

function variablesOf(statement: Program["body"][number], text: string): DeclaredVariable[] {
  const node: Node | null = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (node?.type !== "VariableDeclaration") return [];
  const isConstant = node.kind !== "let" && node.kind !== "var";
  return node.declarations.flatMap(({ id, init }) => {
    if (id.type !== "Identifier")
      return boundNames(id).map((name) => ({ name, isConstant, type: undefined }));
    const written = id.typeAnnotation?.typeAnnotation;
    const type = written ? text.slice(written.start, written.end) : init ? literalType(init) : undefined;
    return [{ name: id.name, isConstant, type }];
  });
}
