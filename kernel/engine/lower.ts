import { createRequire } from "node:module";
import type * as Swc from "@swc/wasm-typescript";
import { TraceMap, originalPositionFor } from "@jridgewell/trace-mapping";
import { walk } from "./ast.ts";
import type { Node, Program } from "./ast.ts";
import type { Position } from "./lines.ts";

/** A text without types. */
export interface Lowered {
  readonly text: string;
  /** Where a position of `text` was typed. Missing when everything stands where it was typed. */
  readonly toTyped?: (position: Position) => Position | undefined;
}

/** What {@link lower} throws for a construct that it cannot lower, or that is no TypeScript after all. */
interface LowerProblem {
  readonly message: string;
  readonly start: Position;
}

/** Whether a tree has anything that is TypeScript and not JavaScript. */
export function hasTypes(program: Program): boolean {
  let found = false;
  walk(program, {
    enter: (node) => {
      found ||= isTypeSyntax(node);
      return found ? "skip" : undefined;
    },
  });
  return found;
}

/**
 * Takes the types out of a text. Everything stays where it was typed, but for texts with enums, namespaces, parameter
 * properties and the like: those are printed anew, and `toTyped` leads back.
 *
 * @throws {LowerProblem}
 */
export function lower(text: string): Lowered {
  try {
    return { text: swc().transformSync(text, { mode: "strip-only", module: true }).code };
  } catch (error) {
    if (!isSwcError(error) || error.code !== "UnsupportedSyntax") throw problemOf(error);
    return transform(text);
  }
}

/** Loads the compiler, which takes some 40 ms, before the first text with types asks for it. */
export function warmLowering(): void {
  swc();
}

function transform(text: string): Lowered {
  try {
    const options = {
      mode: "transform",
      module: true,
      sourceMap: true,
      transform: { noEmptyExport: true, verbatimModuleSyntax: true },
    } as const;
    const { code, map } = swc().transformSync(text, options);
    const trace = new TraceMap(map ?? "{}");
    const toTyped = ({ line, column }: Position): Position | undefined => {
      const origin = originalPositionFor(trace, { line, column: column - 1 });
      return origin.line === null ? undefined : { line: origin.line, column: origin.column + 1 };
    };
    return { text: code, toTyped };
  } catch (error) {
    throw problemOf(error);
  }
}

let loaded: Compiler | undefined;

// A WebAssembly module of some megabytes: plain JavaScript cells never pay for it.
function swc(): Compiler {
  loaded ??= createRequire(import.meta.url)("@swc/wasm-typescript") as Compiler;
  return loaded;
}

type Compiler = Pick<typeof Swc, "transformSync">;

interface SwcError {
  readonly code: string;
  readonly message: string;
  readonly startLine?: number;
  readonly startColumn?: number;
}

function isSwcError(error: unknown): error is SwcError {
  return typeof error === "object" && error !== null && "code" in error && "message" in error;
}

// The compiler throws plain objects; whatever else comes out of it is a defect and stays what it is.
function problemOf(error: unknown): unknown {
  if (!isSwcError(error)) return error;
  const start = { line: error.startLine ?? 1, column: (error.startColumn ?? 0) + 1 };
  return { message: error.message, start } satisfies LowerProblem;
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
