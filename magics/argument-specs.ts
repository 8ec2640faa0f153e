/** How a word goes on that is no code: as the path of a file or folder, or as one of some names. */
export type Suggestion = "paths" | "folders" | (() => readonly string[]);

/** One argument of a magic: from it follow parsing, completion and help. */
export type ArgumentSpec =
  /** A TypeScript expression: the text up to the first ` --flag` outside brackets and strings. At most one, first. */
  | {
      readonly type: "expression";
      readonly summary: string;
      readonly optional?: boolean;
      /** `name.a.b` walks a lens from `name` when that is a stage or a reference. */
      readonly walks?: boolean;
      /** Two expressions, with blanks or a comma between them; the value is an array of both. */
      readonly pair?: boolean;
    }
  /** A positional word; quotes keep spaces together. */
  | {
      readonly type: "word";
      readonly summary: string;
      readonly optional?: boolean;
      readonly choices?: readonly string[];
      readonly suggest?: Suggestion;
    }
  /** All that is left of the line, as it stands. */
  | {
      readonly type: "line";
      readonly summary: string;
      readonly optional?: boolean;
      readonly suggest?: Suggestion;
    }
  /** A statement of the cell, which stays where it stands: the line, and what follows while its brackets are open. */
  | { readonly type: "code"; readonly summary: string }
  /** `--force`: there or not. */
  | { readonly type: "switch"; readonly summary: string }
  /** `--new 5`: a whole number. */
  | { readonly type: "number"; readonly summary: string; readonly placeholder: string; readonly min?: number }
  /** `--grid lr=0.1,0.01 depth=2,4`: all words up to the next flag. */
  | { readonly type: "words"; readonly summary: string; readonly placeholder: string; readonly max?: number }
  /** `--by accuracy`: a word. */
  | {
      readonly type: "text";
      readonly summary: string;
      readonly placeholder: string;
      readonly identifier?: boolean;
    };

/** A magic's arguments by name; `dryRun` is typed as `--dry-run`. */
export type ArgumentSpecs = Readonly<Record<string, ArgumentSpec>>;

/** An expression argument: its text and the way to its value in the cell's own scope. */
export interface Expression {
  /** As typed. */
  readonly text: string;
  /** Evaluates it where it stands in the cell; what it throws is thrown. */
  value(): Promise<unknown>;
}

type Value<S extends ArgumentSpec> = S extends { type: "switch" }
  ? boolean
  : S extends { type: "number" }
    ? number | undefined
    : S extends { type: "words" }
      ? readonly string[] | undefined
      : S extends { type: "text" }
        ? string | undefined
        : | (S extends { type: "expression" } ? Expression : string)
          | (S extends { optional: true } ? undefined : never);

/** What a magic with these arguments is handed. */
export type ArgumentValues<A extends ArgumentSpecs> = { readonly [K in keyof A]: Value<A[K]> };

/** `dryRun` as it is typed: `--dry-run`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Whether an argument is given by a flag and not by its position. */
export function isFlag(spec: ArgumentSpec): boolean {
  return !["expression", "word", "line", "code"].includes(spec.type);
}

/** Whether what stands behind a magic's name is code, and may go on over the following lines. */
export function takesCode(specs: ArgumentSpecs): boolean {
  return Object.values(specs).some(({ type }) => type === "expression" || type === "code");
}

/** Whether a magic takes the rest of its line as it stands: nothing in it is a flag or a comment. */
export function takesLine(specs: ArgumentSpecs): boolean {
  return Object.values(specs).some((spec) => spec.type === "line");
}
