/* oxlint-disable typescript/switch-exhaustiveness-check -- a syntax tree has more kinds of types than JavaScript has values for */

import type { Class, MethodDefinition, ParamPattern, PropertyDefinition, TSType } from "oxc-parser";
import type { Insertion } from "../../core/typescript/insertions.ts";
import { walk } from "./ast.ts";
import type { Node, Program } from "./ast.ts";

/** What {@link decoratorMetadata} adds. */
export interface Metadata {
  /** Decorators that say what types were written, in the order of the text. */
  readonly insertions: readonly Insertion[];
  /** How often they mention each name. */
  readonly uses: ReadonlyMap<string, number>;
}

/**
 * The decorators by which `emitDecoratorMetadata` hands the types of decorated members to a program (`design:type`,
 * `design:paramtypes`, `design:returntype` of reflect-metadata), as the compiler adds them. They are told from the text alone, as
 * the compiler does file by file: a name that is no function when the class is made stands for Object.
 */
export function decoratorMetadata(program: Program, { isStrict }: { readonly isStrict: boolean }): Metadata {
  const collector = new Collector(program, isStrict);
  return { insertions: collector.insertions.toSorted((a, b) => a.at - b.at), uses: collector.uses };
}

type Declarations = ReadonlyMap<string, Node>;

class Collector {
  readonly insertions: Insertion[] = [];
  readonly uses = new Map<string, number>();
  readonly #declared: Declarations;
  readonly #isStrict: boolean;
  /** The class that is being read, and its type parameters. */
  #class: Class | undefined;
  /** Aliases that are being followed. */
  readonly #following = new Set<string>();

  constructor(program: Program, isStrict: boolean) {
    this.#isStrict = isStrict;
    this.#declared = declarationsIn(program);
    walk(program, {
      enter: (node, parent) => {
        if (node.type !== "ClassDeclaration" && node.type !== "ClassExpression") return;
        const isExported = parent?.type.startsWith("Export") === true;
        this.#readClass(node, isExported ? Math.min(parent?.start ?? node.start, node.start) : node.start);
      },
    });
  }

  #readClass(node: Class, start: number): void {
    this.#class = node;
    for (const element of node.body.body) {
      if (element.type === "PropertyDefinition") this.#readProperty(element);
      if (element.type !== "MethodDefinition" || element.value.body === null) continue;
      if (element.kind !== "constructor") this.#readMethod(element);
      else if (node.decorators.length > 0 || hasDecorators(element.value.params))
        this.#insert(node.decorators.at(-1)?.end ?? start, [
          ["paramtypes", this.#list(element.value.params)],
        ]);
    }
  }

  #readProperty(node: PropertyDefinition): void {
    const last = node.decorators.at(-1);
    if (last !== undefined)
      this.#insert(last.end, [["type", this.#type(node.typeAnnotation?.typeAnnotation)]]);
  }

  #readMethod(node: MethodDefinition): void {
    const { params, returnType, async: isAsync } = node.value;
    if (node.decorators.length === 0 && !hasDecorators(params)) return;
    const at = node.decorators.at(-1)?.end ?? node.start;
    const answer = returnType?.typeAnnotation;
    if (node.kind === "get")
      return this.#insert(at, [
        ["type", this.#type(answer)],
        ["paramtypes", "[]"],
      ]);
    const list = this.#list(params);
    if (node.kind === "set")
      return this.#insert(at, [
        ["type", list.slice(1, -1) || "Object"],
        ["paramtypes", list],
      ]);
    const returned = answer === undefined ? (isAsync ? "Promise" : "void 0") : this.#type(answer);
    this.#insert(at, [
      ["type", "Function"],
      ["paramtypes", list],
      ["returntype", returned],
    ]);
  }

  // Nothing is added when nobody has loaded reflect-metadata: a decorator that is undefined is none.
  #insert(at: number, entries: readonly (readonly [kind: string, value: string])[]): void {
    const decorators = entries.map(([kind, value]) => `@(Reflect.metadata?.("design:${kind}",${value}))`);
    this.insertions.push({ at, text: ` ${decorators.join(" ")} ` });
  }

  #list(params: readonly ParamPattern[]): string {
    return `[${params.map((param) => this.#type(annotationOf(param))).join(",")}]`;
  }

  #type(type: TSType | undefined): string {
    switch (type?.type) {
      case "TSStringKeyword":
      case "TSTemplateLiteralType":
        return "String";
      case "TSNumberKeyword":
        return "Number";
      case "TSBooleanKeyword":
      case "TSTypePredicate":
        return "Boolean";
      case "TSBigIntKeyword":
        return "BigInt";
      case "TSSymbolKeyword":
        return "Symbol";
      case "TSArrayType":
      case "TSTupleType":
        return "Array";
      case "TSFunctionType":
      case "TSConstructorType":
        return "Function";
      case "TSVoidKeyword":
      case "TSUndefinedKeyword":
      case "TSNullKeyword":
      case "TSNeverKeyword":
        return "void 0";
      case "TSLiteralType":
        return literal(type.literal);
      case "TSParenthesizedType":
        return this.#type(type.typeAnnotation);
      case "TSTypeOperator":
        return type.operator === "readonly" ? this.#type(type.typeAnnotation) : "Object";
      case "TSUnionType":
      case "TSIntersectionType":
        return this.#same(type.types);
      case "TSTypeReference":
        return type.typeName.type === "Identifier"
          ? this.#named(type.typeName.name)
          : this.#qualified(pathOf(type.typeName));
      default:
        return "Object";
    }
  }

  // `string | "a"` is String still; what is mixed is an Object.
  #same(types: readonly TSType[]): string {
    const counting = types.filter(
      ({ type }) => type !== "TSNeverKeyword" && (this.#isStrict || !isNothing(type)),
    );
    const all = new Set(counting.map((type) => this.#type(type)));
    const [only = "void 0"] = all;
    return all.size > 1 ? "Object" : only;
  }

  #named(name: string): string {
    if (this.#class?.typeParameters?.params.some((one) => one.name.name === name) === true) return "Object";
    const declared = this.#declared.get(name);
    switch (declared?.type) {
      case "TSInterfaceDeclaration":
        return "Object";
      case "TSEnumDeclaration":
        return declared.body.members.every(({ initializer }) => isText(initializer)) ? "String" : "Number";
      case "TSTypeAliasDeclaration": {
        if (this.#following.has(name)) return "Object";
        this.#following.add(name);
        const type = this.#type(declared.typeAnnotation);
        this.#following.delete(name);
        return type;
      }
      case "ClassDeclaration":
        // Of a class that comes later there is nothing yet.
        if (declared.start > (this.#class?.start ?? 0)) return "Object";
        break;
      default:
    }
    this.#use(name, 2);
    return `typeof ${name}==="function"?${name}:Object`;
  }

  #qualified(path: readonly string[] | undefined): string {
    const [root] = path ?? [];
    if (path === undefined || root === undefined) return "Object";
    const whole = path.join("?.");
    this.#use(root, 3);
    return `typeof ${root}!=="undefined"&&typeof ${whole}==="function"?${whole}:Object`;
  }

  #use(name: string, times: number): void {
    this.uses.set(name, (this.uses.get(name) ?? 0) + times);
  }
}

function isNothing(type: TSType["type"]): boolean {
  return type === "TSNullKeyword" || type === "TSUndefinedKeyword";
}

function declarationsIn({ body }: Program): Declarations {
  const found = new Map<string, Node>();
  for (const statement of body) {
    const node =
      statement.type.startsWith("Export") && "declaration" in statement ? statement.declaration : statement;
    if (node !== null && "id" in node && node.id?.type === "Identifier") found.set(node.id.name, node);
  }
  return found;
}

function hasDecorators(params: readonly ParamPattern[]): boolean {
  return params.some((param) => param.decorators !== undefined && param.decorators.length > 0);
}

function annotationOf(param: ParamPattern): TSType | undefined {
  switch (param.type) {
    case "TSParameterProperty":
      return annotationOf(param.parameter);
    case "AssignmentPattern":
      return param.left.typeAnnotation?.typeAnnotation;
    case "RestElement": {
      // What is gathered is told by its elements.
      const type = param.typeAnnotation?.typeAnnotation;
      return type?.type === "TSArrayType" ? type.elementType : undefined;
    }
    default:
      return param.typeAnnotation?.typeAnnotation;
  }
}

type EntityName = {
  readonly type: string;
  readonly name?: string;
  readonly left?: EntityName;
  readonly right?: { readonly name: string };
};

function pathOf({ name, left, right }: EntityName): string[] | undefined {
  if (name !== undefined) return [name];
  const before = left && pathOf(left);
  return before && right && [...before, right.name];
}

function literal(node: Node): string {
  const value = node.type === "Literal" ? node.value : undefined;
  switch (typeof value) {
    case "string":
      return "String";
    case "boolean":
      return "Boolean";
    case "bigint":
      return "BigInt";
    default:
      return node.type === "TemplateLiteral" ? "String" : value === null ? "void 0" : "Number";
  }
}

function isText(initializer: Node | null | undefined): boolean {
  if (initializer === null || initializer === undefined) return false;
  return (
    initializer.type === "TemplateLiteral" ||
    (initializer.type === "Literal" && typeof initializer.value === "string")
  );
}
