import { didYouMean } from "../core/nearest.ts";
import { MagicError } from "./errors.ts";
import { isTopLevel, scan, scanStart } from "./scan.ts";

/** One argument of a magic: from it follow parsing, completion and help. */
export type ArgumentSpec =
  /** A TypeScript expression: the text up to the first ` --flag` outside brackets and strings. At most one, first. */
  | {
      readonly type: "expression";
      readonly summary: string;
      readonly optional?: boolean;
      /** `name.a.b` walks a lens from `name` when that is a stage or a reference. */
      readonly walks?: boolean;
    }
  /** A positional word; quotes keep spaces together. */
  | {
      readonly type: "word";
      readonly summary: string;
      readonly optional?: boolean;
      readonly choices?: readonly string[];
    }
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

/** A place in a magic's argument text, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Arguments as parsed: values by name (an expression is its {@link Span}), and where the expression stands. */
export interface ParsedArguments {
  readonly values: Readonly<Record<string, unknown>>;
  readonly expression?: Span;
}

interface Word extends Span {
  readonly text: string;
}

/** `dryRun` as it is typed: `--dry-run`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Whether an argument is given by a flag and not by its position. */
export function isFlag(spec: ArgumentSpec): boolean {
  return spec.type !== "expression" && spec.type !== "word";
}

/**
 * Parses the text behind a magic's name by the magic's declaration. `magic` is the name with its `%`, for messages.
 *
 * @throws MagicError `unknown-flag`, `missing-argument`, `wrong-argument`, `unexpected-argument`; `data.offset` and
 *   `data.length` tell the place in `text`.
 */
export function parseArguments(magic: string, specs: ArgumentSpecs, text: string): ParsedArguments {
  return new ArgumentParser(magic, specs, text).parse();
}

/** The offset at which an expression at the beginning of `text` ends: before ` --flag`, `;` or a comment, trimmed. */
function expressionEnd(text: string): number {
  let end = text.length;
  scan(text, scanStart, (offset, place, depth) => {
    if (offset >= end || depth > 0) return;
    const flag = /^--[A-Za-z]/u.test(text.slice(offset, offset + 3)) && !/\S/u.test(text.charAt(offset - 1));
    if (place === "comment" || (place === "code" && flag)) end = offset;
  });
  return text.slice(0, end).replace(/[\s;]+$/u, "").length;
}

/** The words of a flag text, from `offset` on; quotes keep spaces together. */
export function wordsOf(text: string, offset = 0): Word[] {
  const words: Word[] = [];
  const pattern = /(?:"[^"]*"?|'[^']*'?|[^\s"'])+/gu;
  pattern.lastIndex = offset;
  for (const match of text.matchAll(pattern)) {
    const raw = match[0];
    const plain = raw.replace(
      /"([^"]*)"?|'([^']*)'?/gu,
      (_, double?: string, single?: string) => double ?? single ?? "",
    );
    words.push({ text: plain, start: match.index, end: match.index + raw.length });
  }
  return words;
}

class ArgumentParser {
  readonly #magic: string;
  readonly #specs: ArgumentSpecs;
  readonly #text: string;
  readonly #values: Record<string, unknown> = {};

  constructor(magic: string, specs: ArgumentSpecs, text: string) {
    this.#magic = magic;
    this.#specs = specs;
    this.#text = text;
  }

  parse(): ParsedArguments {
    const expression = this.#expression();
    const words = wordsOf(this.#text, this.#flagsFrom(expression));
    const positional = this.#flags(words);
    this.#positionals(positional);
    for (const [name, spec] of Object.entries(this.#specs)) {
      if (spec.type === "switch") this.#values[name] ??= false;
    }
    return expression === undefined ? { values: this.#values } : { values: this.#values, expression };
  }

  #expression(): Span | undefined {
    const named = Object.entries(this.#specs).find(([, spec]) => spec.type === "expression");
    if (named === undefined) return undefined;
    const [name, spec] = named;
    const start = this.#text.length - this.#text.trimStart().length;
    const end = start + expressionEnd(this.#text.slice(start));
    if (end > start) {
      const span = { start, end };
      this.#refuseSecondWord(span);
      this.#values[name] = span;
      return span;
    }
    if ("optional" in spec && spec.optional) return undefined;
    throw this.#error("missing-argument", `it needs an expression: ${spec.summary}`, {
      start: 0,
      end: start,
    });
  }

  // `model 5` and `model # x` are no expressions, and what they miss is no semicolon.
  #refuseSecondWord({ start, end }: Span): void {
    const text = this.#text.slice(start, end);
    const [whole = "", first = "", second = ""] =
      /^([\p{ID_Start}$_][\p{ID_Continue}$.]*)[ \t]+([\p{ID_Continue}$"'#]\S*)/u.exec(text) ?? [];
    const isOperator = /^(?:in|instanceof|as|satisfies)$/u.test(second);
    if (second === "" || isOperator || !isIdentifier(first.split(".", 1)[0] ?? "")) return;
    if (/^(?:async|let|of|type)$/u.test(first)) return;
    const number = Object.entries(this.#specs).find(([, spec]) => spec.type === "number");
    const advice = second.startsWith("#")
      ? ". A comment begins with //"
      : /^\d+$/u.test(second) && number !== undefined
        ? `. Did you mean ${flagOf(number[0])} ${second}?`
        : `. ${this.#flagList()}`;
    throw this.#error("unexpected-argument", `"${second}" is one word too many behind "${first}"${advice}`, {
      start: start + whole.length - second.length,
      end: start + whole.length,
    });
  }

  #flagList(): string {
    const flags = Object.entries(this.#specs).filter(([, spec]) => isFlag(spec));
    return flags.length === 0
      ? "It takes no flags"
      : `Its flags are ${flags.map(([name]) => flagOf(name)).join(" ")}`;
  }

  // After the expression, over the semicolons and the comment that may follow it.
  #flagsFrom(expression: Span | undefined): number {
    if (expression === undefined) return 0;
    const rest = this.#text.slice(expression.end);
    const skipped = /^[\s;]*(?:\/\/.*$|\/\*[\s\S]*?(?:\*\/|$)\s*)?/u.exec(rest)?.[0] ?? "";
    return expression.end + skipped.length;
  }

  #flags(words: readonly Word[]): Word[] {
    const positional: Word[] = [];
    for (let index = 0; index < words.length; index++) {
      const word = words[index];
      if (word === undefined) break;
      if (!word.text.startsWith("--")) positional.push(word);
      else index += this.#flag(word, words.slice(index + 1));
    }
    return positional;
  }

  // Answers how many of the next words were this flag's values.
  #flag(word: Word, following: readonly Word[]): number {
    const [flag = "", ...tail] = word.text.split("=");
    const inline = tail.length > 0 ? tail.join("=") : undefined;
    const found = Object.entries(this.#specs).find(([name, spec]) => isFlag(spec) && flagOf(name) === flag);
    if (found === undefined) throw this.#unknownFlag(flag, word);
    const [name, spec] = found;
    if (name in this.#values) throw this.#error("unexpected-argument", `${flag} is given twice`, word);
    if (spec.type === "switch") {
      if (inline !== undefined) throw this.#error("wrong-argument", `${flag} takes no value`, word);
      this.#values[name] = true;
      return 0;
    }
    const [next] = following;
    const value = inline ?? (next !== undefined && !next.text.startsWith("--") ? next.text : undefined);
    if (value === undefined || value === "") {
      const placeholder = "placeholder" in spec ? spec.placeholder : "value";
      throw this.#error("missing-argument", `${flag} needs a value: ${flag} ${placeholder}`, word);
    }
    if (spec.type === "words") {
      const end = following.findIndex(({ text }) => text.startsWith("--"));
      const rest = following.slice(0, end === -1 ? following.length : end).slice(0, spec.max);
      this.#values[name] = inline === undefined ? rest.map(({ text }) => text) : [inline];
      return inline === undefined ? rest.length : 0;
    }
    this.#values[name] = this.#flagValue(flag, spec, value, word);
    return inline === undefined ? 1 : 0;
  }

  #flagValue(flag: string, spec: ArgumentSpec, value: string, word: Word): string | number {
    if (spec.type === "number") {
      const least = spec.min ?? 0;
      const number = Number(value);
      if (!Number.isSafeInteger(number) || number < least) {
        const wanted = `${flag} takes a whole number from ${least} on, and "${value}" is none`;
        throw this.#error("wrong-argument", wanted, word);
      }
      return number;
    }
    if (spec.type === "text" && spec.identifier === true && !isIdentifier(value)) {
      throw this.#error("wrong-argument", `${flag} takes a variable name, and "${value}" is none`, word);
    }
    return value;
  }

  #positionals(words: readonly Word[]): void {
    const rest = [...words];
    for (const [name, spec] of Object.entries(this.#specs)) {
      if (spec.type !== "word") continue;
      const word = rest.shift();
      if (word !== undefined) this.#values[name] = this.#choice(name, spec.choices, word);
      else if (spec.optional !== true) {
        throw this.#error("missing-argument", `it needs a ${name}: ${spec.summary}`, { start: 0, end: 0 });
      }
    }
    const [extra] = rest;
    if (extra !== undefined)
      throw this.#error("unexpected-argument", `"${extra.text}" is one word too many`, extra);
  }

  #choice(name: string, choices: readonly string[] | undefined, word: Word): string {
    if (choices === undefined || choices.includes(word.text)) return word.text;
    const wanted = `${name} is one of ${choices.join(", ")}, not "${word.text}".${didYouMean(word.text, choices)}`;
    throw this.#error("wrong-argument", wanted, word);
  }

  #unknownFlag(flag: string, word: Word): MagicError {
    const flags = Object.entries(this.#specs)
      .filter(([, spec]) => isFlag(spec))
      .map(([name]) => flagOf(name));
    const known = flags.length === 0 ? "it takes no flags" : `it knows ${flags.join(" ")}`;
    const near = didYouMean(flag, flags);
    return this.#error(
      "unknown-flag",
      `there is no flag ${flag}.${near === "" ? ` (${known})` : near}`,
      word,
    );
  }

  #error(code: string, what: string, span: Span): MagicError {
    const message = `Cannot run ${this.#magic}: ${what}`;
    return new MagicError(code, message, {
      magic: this.#magic,
      offset: span.start,
      length: Math.max(0, span.end - span.start),
    });
  }
}

/** Whether `text` can be the name of a variable in a module. */
export function isIdentifier(text: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text) && !reserved.has(text);
}

const reserved = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends " +
    "false finally for function if implements import in instanceof interface let new null package private protected " +
    "public return static super switch this throw true try typeof undefined var void while with yield"
  ).split(" "),
);

/** Whether the brackets, templates and comments that `text` opens are all closed in it. */
export function isClosed(text: string): boolean {
  return isTopLevel(scan(text, scanStart));
}
