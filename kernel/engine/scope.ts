import { createRequire } from "node:module";
import type * as EslintScope from "eslint-scope";
import type { Reference, Variable } from "eslint-scope";
import { visitorKeys } from "oxc-parser";
import { walk } from "./ast.ts";
import type { Program } from "./ast.ts";

/** One occurrence of a name: where it is declared, read or written. */
export interface NameUse {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Whether it stands for key and value at once: `{ name }`. */
  readonly isShorthand: boolean;
  /** Whether it gives the name a new value, its declaration aside. */
  readonly isWrite: boolean;
  /** Whether it only asks for the type: `typeof name`, which no missing name stops. */
  readonly isTypeof: boolean;
}

/** What the names of a plain JavaScript text stand for. */
export interface Scopes {
  /** Uses of names that the text does not declare. */
  readonly free: readonly NameUse[];
  /** The names that the text declares at its top level, with all their occurrences. */
  readonly topLevel: ReadonlyMap<string, readonly NameUse[]>;
}

let scopeAnalysis: typeof EslintScope | undefined;

/** Tells what the names of a text without types stand for. */
export function analyseScopes(program: Program): Scopes {
  // As CommonJS it is one file; as modules it is a dozen, of which each takes Node half a millisecond.
  scopeAnalysis ??= createRequire(import.meta.url)("eslint-scope") as typeof EslintScope;
  const manager = scopeAnalysis.analyze(program as unknown as Parameters<typeof EslintScope.analyze>[0], {
    ecmaVersion: 2022,
    sourceType: "module",
    ignoreEval: true,
    childVisitorKeys: visitorKeys,
    fallback: "iteration",
  });
  const marks = findMarks(program);
  const global = manager.scopes[0];
  const module = global?.childScopes[0];
  return {
    free: (global?.through ?? []).map((reference) => useOf(reference, marks)),
    topLevel: new Map(
      (module?.variables ?? []).map((variable) => [variable.name, occurrences(variable, marks)]),
    ),
  };
}

interface Marks {
  readonly shorthands: ReadonlySet<number>;
  readonly typeofs: ReadonlySet<number>;
}

function findMarks(program: Program): Marks {
  const shorthands = new Set<number>();
  const typeofs = new Set<number>();
  walk(program, {
    enter: (node) => {
      if (node.type === "Property" && node.shorthand) shorthands.add(node.start);
      if (
        node.type === "UnaryExpression" &&
        node.operator === "typeof" &&
        node.argument.type === "Identifier"
      ) {
        typeofs.add(node.argument.start);
      }
    },
  });
  return { shorthands, typeofs };
}

function useOf(reference: Reference, marks: Marks): NameUse {
  return occurrence(reference.identifier, marks, reference.isWrite() && reference.init !== true);
}

function occurrences(variable: Variable, marks: Marks): NameUse[] {
  const found = new Map<number, NameUse>();
  for (const identifier of variable.identifiers) {
    const use = occurrence(identifier, marks, false);
    found.set(use.start, use);
  }
  for (const reference of variable.references) {
    const use = useOf(reference, marks);
    if (!found.has(use.start)) found.set(use.start, use);
  }
  return [...found.values()];
}

function occurrence(identifier: Identifier, { shorthands, typeofs }: Marks, isWrite: boolean): NameUse {
  const { start, end } = identifier as unknown as { start: number; end: number };
  const isShorthand = shorthands.has(start);
  return { name: identifier.name, start, end, isShorthand, isWrite, isTypeof: typeofs.has(start) };
}

type Identifier = Reference["identifier"] | Variable["identifiers"][number];
