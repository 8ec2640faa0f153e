/* oxlint-disable typescript/switch-exhaustiveness-check -- a syntax tree has more kinds of nodes than there is work for */

import { isSameCode } from "../../core/typescript/same-code.ts";
import { stripTypes } from "../../core/typescript/strip-types.ts";
import { parse, walk } from "./ast.ts";
import type { Dialect, Node, Parsed, Program } from "./ast.ts";
import type { Position } from "./lines.ts";
import { transform } from "./transform.ts";

/** A text without types. */
export interface Lowered {
  readonly text: string;
  /**
   * Where a position of `text` was typed; nothing for what nobody typed. Missing when everything stands where it was
   * typed.
   */
  readonly toTyped?: (position: Position) => Position | undefined;
  /** How often what was added for decorators mentions names, as types were mentioned and not as values. */
  readonly metadataUses?: ReadonlyMap<string, number>;
  /** The text as syntax, where that is known already. */
  readonly parsed?: Parsed;
}

/** What {@link lower} throws for a construct that it cannot lower, or that is no TypeScript after all. */
export interface LowerProblem {
  readonly message: string;
  readonly start: Position;
}

/** A text with its tree. */
export interface Lowering {
  readonly text: string;
  readonly program: Program;
  readonly dialect: Dialect;
  /** The folder whose tsconfig.json says what decorators and elements mean. */
  readonly folder: string;
}

/** What has to be done with a text: nothing, taking types out in place, or printing it anew in older words. */
type Work = "none" | "strip" | "transform";

/**
 * Makes plain JavaScript of a text. Everything stays where it was typed, but for texts with decorators, elements (JSX), `using`,
 * enums, namespaces, parameter properties and the like: those are printed anew, and `toTyped` leads back.
 *
 * @throws {LowerProblem}
 */
export function lower({ text, program, dialect, folder }: Lowering): Lowered {
  const work = workOf(program);
  if (work === "none") return { text };
  return (
    (work === "strip" ? strip(text, program) : undefined) ?? transform(text, { program, dialect, folder })
  );
}

// Types are blanked where that leaves the same program.
function strip(text: string, program: Program): Lowered | undefined {
  const plain = stripTypes(text, program);
  if (plain === undefined) return undefined;
  const parsed = parse(plain, "js");
  return parsed.errors.length === 0 && isSameCode(program, parsed.program)
    ? { text: plain, parsed }
    : undefined;
}

function workOf(program: Program): Work {
  let work: Work = "none";
  walk(program, {
    enter: (node) => {
      if (needsTransform(node)) work = "transform";
      else if (work === "none" && isTypeSyntax(node)) work = "strip";
      return work === "transform" ? "skip" : undefined;
    },
  });
  return work;
}

// What leaves code behind when the types are gone, and what no version of Node knows, or only some do.
function needsTransform(node: Node): boolean {
  switch (node.type) {
    case "Decorator":
    case "AccessorProperty":
    case "TSParameterProperty":
    case "TSExportAssignment":
    case "JSXElement":
    case "JSXFragment":
      return true;
    case "TSEnumDeclaration":
      return !node.declare;
    case "TSModuleDeclaration":
      // One without values leaves nothing behind, which the compiler that works in place can tell.
      return false;
    case "TSImportEqualsDeclaration":
      return node.importKind !== "type";
    case "VariableDeclaration":
      return node.kind === "using" || node.kind === "await using";
    default:
      return false;
  }
}

function isTypeSyntax(node: Node): boolean {
  if (node.type.startsWith("TS")) return true;
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  const isModified = ["declare", "accessibility", "override", "readonly", "abstract", "definite"].some(
    (key) => fields[key] !== undefined && fields[key] !== null && fields[key] !== false,
  );
  const isTypeOnly = fields["importKind"] === "type" || fields["exportKind"] === "type";
  // `a?.b` is JavaScript, `a?` in a parameter list or a class is not.
  const isOptional =
    fields["optional"] === true && node.type !== "CallExpression" && node.type !== "MemberExpression";
  return isModified || isTypeOnly || isOptional;
}
