import { didYouMean } from "../core/nearest.ts";
import { flagOf, isFlag, type ArgumentSpec, type ArgumentSpecs } from "./argument-specs.ts";
import { MagicError } from "./errors.ts";
import { isIdentifier } from "./identifier.ts";
import { scan, scanStart } from "./scan.ts";

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
    if (Object.values(this.#specs).some(({ type }) => type === "line" || type === "code"))
      return { values: this.#line() };
    const expression = this.#expression();
    const words = wordsOf(this.#text, this.#flagsFrom(expression));
    const positional = this.#flags(words);
    this.#positionals(positional);
    for (const [name, spec] of Object.entries(this.#specs)) {
      if (spec.type === "switch") this.#values[name] ??= false;
    }
    return expression === undefined ? { values: this.#values } : { values: this.#values, expression };
  }

  #line(): Record<string, unknown> {
    const text = this.#text.trim();
    for (const [name, spec] of Object.entries(this.#specs)) {
      if (spec.type !== "line" && spec.type !== "code") continue;
      if (text !== "") this.#values[name] = text;
      else if (spec.type === "code" || spec.optional !== true)
        throw this.#error("missing-argument", `it needs a ${name}: ${spec.summary}`, { start: 0, end: 0 });
    }
    return this.#values;
  }

  #expression(): Span | undefined {
    const named = Object.entries(this.#specs).find(([, spec]) => spec.type === "expression");
    if (named === undefined) return undefined;
    const [name, spec] = named;
    const start = this.#text.length - this.#text.trimStart().length;
    const end = start + expressionEnd(this.#text.slice(start));
    if (end > start) {
      const span = { start, end };
      if (!("pair" in spec && spec.pair)) {
        this.#refuseSecondWord(span);
        this.#refuseComma(span);
      }
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

  // Of `a, b`, TypeScript takes b and says nothing.
  #refuseComma({ start, end }: Span): void {
    const text = this.#text.slice(start, end);
    scan(text, scanStart, (offset, place, depth) => {
      if (place !== "code" || depth > 0 || text[offset] !== ",") return;
      const span = { start: start + offset, end: start + offset + 1 };
      throw this.#error(
        "unexpected-argument",
        "it takes one expression, and a comma stands in it. Give each a line of its own",
        span,
      );
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
