/* oxlint-disable typescript/switch-exhaustiveness-check -- a syntax tree has more kinds of nodes than a cell is asked about */

import type {
  AccessorProperty,
  ArrowFunctionExpression,
  Class,
  ClassElement,
  Function as FunctionNode,
  Node,
  ParamPattern,
  PropertyDefinition,
  VariableDeclaration,
  VariableDeclarator,
} from "oxc-parser";
import type { Analysis } from "./analyse.ts";
import { isLiteralType, namesInType } from "./annotations.ts";
import type { Annotations } from "./annotations.ts";
import { boundNames, children, walk } from "./syntax.ts";
import { typeSource } from "./variables.ts";

/** A cell as later cells see it. */
export interface Settled {
  /** Exported declarations for the body of a namespace. */
  readonly declarations: string;
  /** Statements that belong outside of any namespace. */
  readonly augmentations: readonly string[];
}

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

// What takes longer to read than to infer again is not worth writing down.
const longestType = 8000;

/**
 * Turns a cell into declarations: what runs goes, and what has a written type loses its body or initializer, so that
 * the compiler never infers it again, nor anything that it was made from. What could not be written down stays as it
 * was typed, and is inferred again by those who use it.
 *
 * `isKnown` tells whether a name that a written type refers to means the same to later cells.
 */
export function settle(
  analysis: Analysis,
  annotations: Annotations,
  isKnown: (name: string) => boolean,
): Settled {
  return new Settler(analysis, annotations, isKnown).settle();
}

class Settler {
  readonly #analysis: Analysis;
  readonly #annotations: Annotations;
  readonly #isKnown: (name: string) => boolean;

  readonly #elements: readonly Cut[];

  constructor(analysis: Analysis, annotations: Annotations, isKnown: (name: string) => boolean) {
    this.#analysis = analysis;
    this.#elements = analysis.hasElements ? elementCuts(analysis.statements) : [];
    this.#annotations = annotations;
    this.#isKnown = isKnown;
  }

  settle(): Settled {
    const augmentations: string[] = [];
    const declarations: string[] = [];
    for (const statement of this.#analysis.statements) {
      if (isAugmentation(statement)) augmentations.push(this.#slice(statement));
      else declarations.push(...this.#statement(statement, this.#comment(statement)));
    }
    return { declarations: declarations.join("\n"), augmentations };
  }

  #statement(node: Node, comment: string): string[] {
    switch (node.type) {
      case "ExportNamedDeclaration":
        return node.declaration === null ? [] : this.#statement(node.declaration, comment);
      case "ExportDefaultDeclaration":
        return isNamed(node.declaration) ? this.#statement(node.declaration, comment) : [];
      case "VariableDeclaration":
        if (node.declare) return [`${comment}export ${this.#slice(node)}`];
        return node.declarations.map((one) => comment + this.#variable(node, one));
      case "FunctionDeclaration":
        return [`${comment}export ${this.#apply(node, this.#functionCuts(node))}`];
      case "ClassDeclaration":
        return [`${comment}export ${this.#apply(withoutDecorators(node), this.#classCuts(node))}`];
      case "TSImportEqualsDeclaration":
        if (node.moduleReference.type === "TSExternalModuleReference") return [];
        return [`export ${this.#slice(node)}`];
      case "TSDeclareFunction":
      case "TSInterfaceDeclaration":
      case "TSTypeAliasDeclaration":
      case "TSEnumDeclaration":
      case "TSModuleDeclaration":
        return [`${comment}export ${this.#slice(node)}`];
      default:
        return hoistedVariables(node).map((name) => `export let ${name}: any;`);
    }
  }

  #variable(declaration: VariableDeclaration, declarator: VariableDeclarator): string {
    const keyword = declaration.kind === "let" || declaration.kind === "var" ? "let" : "const";
    const { id, init } = declarator;
    const source = typeSource(declarator);
    if (source === "written") return `export ${keyword} ${this.#slice(id)};`;
    if (source === "any" || source === "any[]") return `export ${keyword} ${this.#slice(id)}: ${source};`;
    const types = source === "ask" ? this.#types(boundNames(id)) : undefined;
    if (types !== undefined) return `export ${keyword} ${types.join(", ")};`;
    const cuts =
      init?.type === "ArrowFunctionExpression" || init?.type === "FunctionExpression"
        ? this.#functionCuts(init)
        : [];
    return `export ${keyword} ${this.#apply(declarator, cuts)};`;
  }

  // `name: type` for each of the names, if all of their types can be written down.
  #types(names: readonly string[]): string[] | undefined {
    const written: string[] = [];
    for (const name of names) {
      const type = this.#annotations.variables.get(name);
      if (type === undefined || isLiteralType(type) || !this.#canWrite(type, name)) return undefined;
      written.push(`${name}: ${type}`);
    }
    return written;
  }

  #canWrite(type: string, self?: string): boolean {
    if (type.length > longestType) return false;
    const names = namesInType(type);
    // The type of a function may be written `typeof f`, which says nothing in the declaration of f itself.
    return names !== undefined && names.every((name) => name !== self && this.#isKnown(name));
  }

  #functionCuts(node: FunctionNode | ArrowFunctionExpression): Cut[] {
    const { body } = node;
    if (body === null || body === undefined || isBareArrow(node, this.#analysis.text)) return [];
    const lastParameter = node.params.at(-1);
    const cuts = this.#parameterCuts(node.params);
    const answer = this.#insertion(lastParameter?.end ?? node.start, body.start, lastParameter !== undefined);
    if (answer !== undefined) cuts.push(answer);
    if (answer !== undefined || (node.returnType !== null && node.returnType !== undefined)) {
      cuts.push({ start: body.start, end: body.end, text: body.type === "BlockStatement" ? "{}" : "null!" });
    }
    return cuts;
  }

  #parameterCuts(parameters: readonly ParamPattern[]): Cut[] {
    return parameters.flatMap((parameter) => {
      const inner = parameter.type === "TSParameterProperty" ? parameter.parameter : parameter;
      const end = inner.type === "AssignmentPattern" ? inner.left.end : inner.end;
      const cut = this.#insertion(end - 1, end);
      if (cut === undefined) return [];
      const isOptional = inner.type === "AssignmentPattern";
      return isOptional ? [cut, { start: inner.right.start, end: inner.right.end, text: "null!" }] : [cut];
    });
  }

  #classCuts(node: Class): Cut[] {
    return node.body.body.flatMap((element) => this.#elementCuts(element));
  }

  #elementCuts(element: ClassElement): Cut[] {
    switch (element.type) {
      case "StaticBlock":
        return [{ start: element.start, end: element.end, text: "" }];
      case "MethodDefinition": {
        const { body } = element.value;
        const cuts = [...decoratorCuts(element), ...this.#functionCuts(element.value)];
        const isSilent = element.kind === "constructor" || element.kind === "set";
        const isWhole = body !== null && !cuts.some(({ start }) => start === body.start);
        return isSilent && isWhole ? [...cuts, { start: body.start, end: body.end, text: "{}" }] : cuts;
      }
      case "PropertyDefinition":
      case "AccessorProperty":
        return [...decoratorCuts(element), ...this.#propertyCuts(element)];
      default:
        return [];
    }
  }

  #propertyCuts(element: PropertyDefinition | AccessorProperty): Cut[] {
    const { value, key } = element;
    if (value === null) return [];
    const annotation = this.#insertion(key.end - 1, value.start);
    const isWritten = element.typeAnnotation !== null && element.typeAnnotation !== undefined;
    if (annotation !== undefined || isWritten) {
      const gone = { start: value.start, end: value.end, text: "null!" };
      return annotation === undefined ? [gone] : [annotation, gone];
    }
    const isFunction = value.type === "ArrowFunctionExpression" || value.type === "FunctionExpression";
    return isFunction ? this.#functionCuts(value) : [];
  }

  // The annotation that belongs between two offsets, if it can be written down.
  #insertion(after: number, end: number, isBeyond = true): Cut | undefined {
    for (const [at, text] of this.#annotations.insertions) {
      const isInside = (isBeyond ? after < at : after <= at) && at <= end;
      if (isInside && this.#canWrite(text.replace(/^\s*:/, ""))) return { start: at, end: at, text };
    }
    return undefined;
  }

  // The documentation in front of a statement.
  #comment({ start }: Node): string {
    const { comments, text } = this.#analysis;
    const nearest = comments.findLast((comment) => comment.end <= start);
    const isDocumentation = nearest?.type === "Block" && nearest.value.startsWith("*");
    if (!isDocumentation || text.slice(nearest.end, start).trim() !== "") return "";
    return `${text.slice(nearest.start, nearest.end)}\n`;
  }

  #slice(range: { start: number; end: number }): string {
    return this.#apply(range, []);
  }

  #apply({ start, end }: { start: number; end: number }, cuts: readonly Cut[]): string {
    let text = "";
    let at = start;
    const elements = this.#elements.filter((one) => start <= one.start && one.end <= end);
    for (const cut of [...cuts, ...elements].toSorted((a, b) => a.start - b.start || a.end - b.end)) {
      if (cut.start < at) continue;
      text += this.#analysis.text.slice(at, cut.start) + cut.text;
      at = cut.end;
    }
    return text + this.#analysis.text.slice(at, end);
  }
}

// Declarations are no TSX: where an element stays, as what a type is inferred from, `$element` stands for it.
function elementCuts(statements: readonly Node[]): Cut[] {
  const cuts: Cut[] = [];
  for (const statement of statements) {
    walk(statement, (node) => {
      if (node.type !== "JSXElement" && node.type !== "JSXFragment") return true;
      cuts.push({ start: node.start, end: node.end, text: "$element" });
      return false;
    });
  }
  return cuts;
}

function isNamed(node: Node): boolean {
  return (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") && node.id !== null;
}

// `declare global` and `declare module "x"`.
function isAugmentation(statement: Node): boolean {
  return (
    statement.type === "TSModuleDeclaration" &&
    (statement.kind === "global" || statement.id.type === "Literal")
  );
}

// `x => ...` has no parentheses that an annotation could stand in.
function isBareArrow(node: FunctionNode | ArrowFunctionExpression, text: string): boolean {
  const [parameter] = node.params;
  if (node.type !== "ArrowFunctionExpression" || parameter === undefined) return false;
  return !text.slice(node.start, parameter.start).includes("(");
}

function withoutDecorators(node: Class): { start: number; end: number } {
  return { start: node.decorators.at(-1)?.end ?? node.start, end: node.end };
}

function decoratorCuts({ decorators }: { decorators: readonly { start: number; end: number }[] }): Cut[] {
  return decorators.map(({ start, end }) => ({ start, end, text: "" }));
}

// The variables that a `var` in a block makes; their types are lost.
function hoistedVariables(node: Node): string[] {
  return children(node).flatMap((child) => {
    if (child.type === "VariableDeclaration" && child.kind === "var") {
      return child.declarations.flatMap(({ id }) => boundNames(id));
    }
    const isBlock = child.type.endsWith("Statement") && child.type !== "ExpressionStatement";
    return isBlock || child.type === "SwitchCase" || child.type === "CatchClause"
      ? hoistedVariables(child)
      : [];
  });
}
