/* oxlint-disable typescript/switch-exhaustiveness-check -- a syntax tree has more kinds of nodes than have types in them */

import type { Class, Node, Program } from "oxc-parser";
import { children, isErased, isTypeSpecifier } from "./erased.ts";

/**
 * Takes the types out of a TypeScript text: blanks take their places, so that everything stays where it was typed. Nothing for a
 * text that has more than types (enums, namespaces with values, parameter properties, decorators, elements), or whose types cannot
 * be blanked as they stand, such as a return type in several lines in front of `=>`.
 *
 * What comes out is to be parsed and compared by `isSameCode`: where a type ended a statement, the next line may now go on with it.
 */
export function stripTypes(text: string, program: Program): string | undefined {
  const stripping = new Stripping(text);
  stripping.visit(program);
  return stripping.result();
}

interface Blank {
  readonly start: number;
  readonly end: number;
  /** What stands at its start in its place. */
  readonly mark: "" | ";";
}

class Stripping {
  readonly #text: string;
  readonly #blanks: Blank[] = [];
  #isImpossible = false;

  constructor(text: string) {
    this.#text = text;
  }

  result(): string | undefined {
    if (this.#isImpossible) return undefined;
    let result = "";
    let at = 0;
    for (const { start, end, mark } of this.#blanks.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
      if (start < at) continue;
      const blanks = this.#text.slice(start + mark.length, end).replaceAll(/[^\n\r\u2028\u2029]/g, " ");
      result += this.#text.slice(at, start) + mark + blanks;
      at = end;
    }
    return result + this.#text.slice(at);
  }

  visit(node: Node): void {
    if (isErased(node)) return this.#blank(node.start, node.end, ";");
    switch (node.type) {
      case "ImportSpecifier":
      case "ExportSpecifier":
        if (isTypeSpecifier(node)) this.#blankListed(node);
        return;
      case "TSTypeAnnotation":
      case "TSTypeParameterDeclaration":
      case "TSTypeParameterInstantiation":
        return this.#blank(node.start, node.end);
      case "TSAsExpression":
      case "TSSatisfiesExpression":
        this.#blank(this.#find(/\b(?:as|satisfies)\b/g, node.expression.end), node.end);
        return this.visit(node.expression);
      case "TSNonNullExpression":
        this.#blank(node.end - 1, node.end);
        return this.visit(node.expression);
      case "TSTypeAssertion":
        this.#blank(node.start, this.#find(/>/g, node.typeAnnotation.end) + 1);
        return this.visit(node.expression);
      case "TSInstantiationExpression":
        return this.#visitChildren(node);
      case "ArrowFunctionExpression":
        this.#checkLines(node);
        return this.#visitFunction(node);
      case "FunctionDeclaration":
      case "FunctionExpression":
        return this.#visitFunction(node);
      case "ClassDeclaration":
      case "ClassExpression":
        return this.#visitClass(node);
      case "MethodDefinition":
      case "PropertyDefinition":
        this.#blankModifiers(node.start, node.key.start);
        if (node.optional === true || ("definite" in node && node.definite))
          this.#blankMark(this.#find(/[?!]/g, node.key.end));
        return this.#visitChildren(node);
      case "VariableDeclarator":
        if (node.definite === true && node.id.type === "Identifier")
          this.#blankMark(this.#find(/!/g, node.id.start + node.id.name.length));
        return this.#visitChildren(node);
      default:
        if (/^(?:TS|JSX|Decorator$|AccessorProperty$)/.test(node.type)) this.#isImpossible = true;
        return this.#visitChildren(node);
    }
  }

  #visitChildren(node: Node): void {
    for (const child of children(node)) this.visit(child);
  }

  #visitFunction(node: Extract<Node, { readonly params: readonly Node[] }>): void {
    for (const child of children(node)) {
      if (child.type === "Identifier" && child.name === "this" && child === node.params[0])
        this.#blankListed(child);
      else this.visit(child);
      if (!node.params.some((param) => param === child)) continue;
      const { optional, typeAnnotation } = child as { optional?: boolean; typeAnnotation?: Node | null };
      if (optional !== true) continue;
      // It stands in front of the type, or else ends the parameter.
      const end = typeAnnotation?.start ?? child.end;
      this.#blankMark(this.#text.lastIndexOf("?", end - 1));
    }
  }

  // In front of `=>` no line may end, nor behind `async`.
  #checkLines({
    start,
    typeParameters,
    returnType,
  }: Extract<Node, { type: "ArrowFunctionExpression" }>): void {
    const heads = [
      ...(returnType ? [this.#text.slice(returnType.start, this.#find(/=>/g, returnType.end))] : []),
      ...(typeParameters ? [this.#text.slice(start, typeParameters.end)] : []),
    ];
    if (heads.some((head) => /[\n\r\u2028\u2029]/.test(head))) this.#isImpossible = true;
  }

  #visitClass(node: Class): void {
    if (node.abstract) this.#blank(node.start, node.start + "abstract".length);
    const [first] = node.implements ?? [];
    if (first !== undefined) {
      const before =
        node.superTypeArguments?.end ?? node.superClass?.end ?? node.typeParameters?.end ?? node.id?.end;
      const start = this.#find(/\bimplements\b/g, before ?? node.start);
      this.#blank(start, node.implements?.at(-1)?.end ?? start);
    }
    for (const child of children(node)) if (child.type !== "TSClassImplements") this.visit(child);
  }

  #blankModifiers(start: number, end: number): void {
    for (const { index, 0: word } of this.#text.slice(start, end).matchAll(modifiers))
      if (!word.startsWith("/")) this.#blank(start + index, start + index + word.length);
  }

  // With the comma behind it, so that the list stays one.
  #blankListed(node: Node): void {
    const comma = this.#find(/[,})]/g, node.end);
    this.#blank(node.start, this.#text[comma] === "," ? comma + 1 : node.end);
  }

  #blankMark(at: number): void {
    this.#blank(at, at + 1);
  }

  #blank(start: number, end: number, mark: Blank["mark"] = ""): void {
    this.#blanks.push({ start, end, mark });
  }

  // Where something stands next, outside of comments.
  #find(pattern: RegExp, from: number): number {
    const either = new RegExp(`//[^\\n]*|/\\*[^]*?\\*/|(?<found>${pattern.source})`, "gu");
    either.lastIndex = from;
    for (let match = either.exec(this.#text); match !== null; match = either.exec(this.#text))
      if (match.groups?.["found"] !== undefined) return match.index;
    this.#isImpossible = true;
    return from;
  }
}

const modifiers = /\/\/[^\n]*|\/\*[^]*?\*\/|\b(?:public|private|protected|readonly|override|declare)\b/g;
