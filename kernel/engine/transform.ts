import { createRequire } from "node:module";
import type * as TraceMapping from "@jridgewell/trace-mapping";
import type * as Esbuild from "esbuild";
import { withInsertions } from "../../core/typescript/insertions.ts";
import type { Insertion } from "../../core/typescript/insertions.ts";
import { findUserConfig } from "../tsconfig/find.ts";
import type { CompilerOptions as CompilerOptionsOfUser } from "../tsconfig/find.ts";
import type { Dialect, Program } from "./ast.ts";
import { decoratorMetadata } from "./decorator-metadata.ts";
import type { Metadata } from "./decorator-metadata.ts";
import { Lines } from "./lines.ts";
import type { Position } from "./lines.ts";
import type { Lowered, LowerProblem } from "./lower.ts";

/** How {@link transform} is to read a text. */
export interface TransformOptions {
  /** The tree of the text. */
  readonly program: Program;
  readonly dialect: Dialect;
  /** The folder whose tsconfig.json says what decorators and elements mean. */
  readonly folder: string;
}

/**
 * Prints a text anew as JavaScript that every version of Node runs: without types, decorators, elements, `using` and what else
 * TypeScript has of its own.
 *
 * @throws {LowerProblem}
 */
export function transform(text: string, { program, dialect, folder }: TransformOptions): Lowered {
  const user = findUserConfig(folder)?.options ?? {};
  const { insertions, uses } = metadataFor(program, user);
  const { code, map } = transformed(withInsertions(text, insertions), {
    loader: dialect,
    target: "esnext",
    supported: { decorators: false, using: false },
    sourcemap: "external",
    sourcesContent: false,
    logLevel: "silent",
    tsconfigRaw: { compilerOptions: { ...compilerOptions(text, user), verbatimModuleSyntax: true } },
  });
  const { TraceMap, originalPositionFor } = loadTraceMapping();
  const trace = new TraceMap(map);
  const typed = typedPositions(text, insertions);
  const toTyped = ({ line, column }: Position): Position | undefined => {
    const origin = originalPositionFor(trace, { line, column: column - 1 });
    return origin.line === null ? undefined : typed({ line: origin.line, column: origin.column + 1 });
  };
  return { text: code, toTyped, metadataUses: uses };
}

function metadataFor(program: Program, user: CompilerOptionsOfUser): Metadata {
  const isWanted = user["experimentalDecorators"] === true && user["emitDecoratorMetadata"] === true;
  if (!isWanted) return { insertions: [], uses: new Map() };
  return decoratorMetadata(program, { isStrict: (user["strictNullChecks"] ?? user["strict"]) !== false });
}

// Where a position of the text with insertions was typed: these have no line ends, so lines stay.
function typedPositions(text: string, insertions: readonly Insertion[]): (position: Position) => Position {
  if (insertions.length === 0) return (position) => position;
  const lines = new Lines(text);
  const places = insertions.map(({ at, text: { length } }) => ({ ...lines.positionAt(at), length }));
  return ({ line, column }) => {
    let typed = column;
    for (const place of places) {
      if (place.line === line && place.column < typed) typed = Math.max(place.column, typed - place.length);
    }
    return { line, column: typed };
  };
}

function loadTraceMapping(): typeof TraceMapping {
  return createRequire(import.meta.url)("@jridgewell/trace-mapping") as typeof TraceMapping;
}

// The compiler is a process of its own behind a thread that waits for it: the first text takes some 50 ms, the next ones one.
// Whoever needs none of this never starts it. When the process was killed, or an interrupt broke off a wait, it is started anew.
function transformed(text: string, options: Esbuild.TransformOptions): Esbuild.TransformResult {
  try {
    return esbuild().transformSync(text, options);
  } catch (error) {
    if (hasProblems(error)) throw problemOf(error);
    void esbuild().stop();
    return esbuild().transformSync(text, options);
  }
}

let loaded: Compiler | undefined;

function esbuild(): Compiler {
  loaded ??= createRequire(import.meta.url)("esbuild") as Compiler;
  return loaded;
}

type Compiler = Pick<typeof Esbuild, "transformSync" | "stop">;

function hasProblems(error: unknown): error is Esbuild.TransformFailure {
  return typeof error === "object" && error !== null && "errors" in error;
}

function problemOf({ errors: [first] }: Esbuild.TransformFailure): unknown {
  const start = { line: first?.location?.line ?? 1, column: (first?.location?.column ?? 0) + 1 };
  return { message: first?.text ?? "The text is no TypeScript", start } satisfies LowerProblem;
}

type CompilerOptions = NonNullable<
  Exclude<Esbuild.TransformOptions["tsconfigRaw"], string | undefined>["compilerOptions"]
>;

const taken = [
  "experimentalDecorators",
  "useDefineForClassFields",
  "jsxFactory",
  "jsxFragmentFactory",
  "jsxImportSource",
] as const;

// A text that names its factory (`@jsx h`) calls it, whatever tsconfig.json says; elements become calls in any case.
function compilerOptions(text: string, user: CompilerOptionsOfUser): CompilerOptions {
  const kept = taken.filter((name) => user[name] !== undefined).map((name) => [name, user[name]]);
  const isClassic = user["jsx"] === "react" || /@jsx\s/u.test(text);
  const jsx = isClassic ? "react" : user["jsx"] === "react-jsxdev" ? "react-jsxdev" : "react-jsx";
  return { jsx, ...(Object.fromEntries(kept) as CompilerOptions) };
}
