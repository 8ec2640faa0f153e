import { expect, test } from "vitest";
import { completeness } from "../../kernel/engine/completeness.ts";
import { readCode } from "../../kernel/engine/code.ts";
import { CodeSyntaxError } from "../../kernel/engine/errors.ts";
import { rewriteCell } from "../../kernel/engine/rewrite-cell.ts";
import { SessionNames } from "../../kernel/engine/session-names.ts";
import { builtinMagics } from "../../magics/builtin.ts";
import { completeMagic, inspectMagic } from "../../magics/complete.ts";
import { prepareCell } from "../../magics/parse.ts";
import { splitCell, type SplitOptions } from "../../magics/split.ts";
import { checkedView, typescriptView } from "../../magics/typescript.ts";
import { Dice, mutateText } from "../support/mutate.ts";
import { isComplete } from "./support/notebook.ts";
import { lineCount } from "./support/cells.ts";

const SEED = 20_26;
const WITH_A_GUESS = 960_000;
const WITH_THE_PARSER = 40_000;
const READ_BY_THE_ENGINE = 30_000;

const cells = [
  "const x = 1\n%realize classifier --new 5 --as r\nx",
  "%%stage model --open\nexport const config = { lr: 0.1 };\nexport default async (build: Build) => {};\n",
  "%lens model.metrics // how it went\n%outcomes model --format table",
  "  %realize a\n\t%store",
  "%realize model({\n  lr: [1, 2],\n})\nconst y = `${x}\n%store\n`",
  "// first\n%%stage a\nlet b",
  "%check strict\nconst re = /a[/]b/u; // %store",
  "const r = %realize stage",
  "%lsmagic\n%realize?\n%%stage?",
  "x\n%y\n/* %store\n*/ %store",
  "import { a as b } from './c.ts';\nenum E { a = 1 }\nclass C<T> { #p = 2; static { } get q() { return this.#p } }\nawait b",
  "async function* g<T extends U>(...x: T[]): AsyncGenerator<T> { for await (const { y = 1, ...z } of x) yield* y; }\nexport default g",
  "const el = <div a={1}>{...b}<></></div>;\nusing d = e(); label: for (;;) break label;\n({ a, b: [c] } = d)",
];
const tokens = [
  ..."% %% %realize %%stage %time %%time %store ? \n \r\n \r \u2028 \t \u0000 ` ${ } { ( ) [ ] ' \" / // /* */ \\ ; , . => ?. ... = < > </ <a> # @ -- --as --new \ud83d \ud83d\ude00 é 0x 1n 1e9 await async yield export import default type enum class function const let in of as satisfies using declare namespace abstract".split(
    " ",
  ),
  " ",
  "\n\n",
  "\n%realize a\n",
];

const guessing: SplitOptions = {
  registry: builtinMagics,
  // Not true, but soon said, and says both.
  isComplete: (code) => code.length % 3 !== 0,
};
const parsing: SplitOptions = { registry: builtinMagics, isComplete };

/** Looks at one thing of each cell, in turn: each of them splits the cell anew. */
function examine(code: string, options: SplitOptions, dice: Dice): void {
  const check = dice.pick([splitsWell, keepsLines, keepsLength, completesInPlace]);
  const fault = check(code, options, dice.below(code.length + 1));
  if (fault !== undefined) throw new Error(fault);
}

function splitsWell(code: string, options: SplitOptions): string | undefined {
  const split = splitCell(code, options);
  let last = 0;
  for (const { start, argumentsStart, end } of split.kind === "cell" ? [split.found] : split.found) {
    if (start < last || argumentsStart <= start || end < argumentsStart || end > code.length)
      return "magics overlap or lie outside";
    if (code[start] !== "%") return "a magic begins elsewhere";
    last = end;
  }
  return undefined;
}

function keepsLines(code: string, options: SplitOptions): string | undefined {
  const prepared = prepareCell(code, options);
  switch (prepared.kind) {
    case "code":
      return lineCount(prepared.text) === lineCount(code) ? undefined : "lines moved";
    case "cell-magic":
      return prepared.cell.body.length === code.length ? undefined : "the body moved";
    case "error":
      return prepared.offset <= code.length && prepared.line <= lineCount(code)
        ? undefined
        : "an error lies outside";
  }
}

function keepsLength(code: string, options: SplitOptions, cursor: number): string | undefined {
  const view = cursor % 2 === 0 ? typescriptView(code, options) : checkedView(code, options);
  if (view.text.length !== code.length || lineCount(view.text) !== lineCount(code)) return "the view moved";
  const isCrooked = view.mirrors.some(
    ({ start, end, at }) => view.epilogue.slice(at, at + end - start) !== code.slice(start, end),
  );
  return isCrooked ? "a mirror is crooked" : undefined;
}

function completesInPlace(code: string, options: SplitOptions, cursor: number): string | undefined {
  inspectMagic(code, cursor, options);
  const offered = completeMagic(code, cursor, options);
  const isElsewhere = offered !== undefined && (offered.start > cursor || offered.end < offered.start);
  return isElsewhere ? "a completion lies elsewhere" : undefined;
}

function run(rounds: number, seed: number, act: (code: string, dice: Dice) => void): void {
  const dice = new Dice(seed);
  for (let round = 0; round < rounds; round += 1) {
    const code = mutateText(dice.pick(cells), tokens, dice);
    try {
      act(code, dice);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new Error(`In round ${round}, with ${JSON.stringify(code)}: ${what}`, { cause: error });
    }
  }
}

test("whatever is typed, magics are found where they stand, and every line keeps its place", () => {
  expect(() => run(WITH_A_GUESS, SEED, (code, dice) => examine(code, guessing, dice))).not.toThrow();
}, 300_000);

test("whatever is typed, the same holds with the parser that kernels use", () => {
  expect(() => run(WITH_THE_PARSER, SEED + 1, (code, dice) => examine(code, parsing, dice))).not.toThrow();
}, 300_000);

test("whatever is typed, it is complete, unfinished or wrong, and the engine reads it or says what is wrong", () => {
  const seen = { complete: 0, incomplete: 0, invalid: 0 };
  run(READ_BY_THE_ENGINE, SEED + 2, (code) => {
    seen[completeness(code).status] += 1;
    try {
      const names = new SessionNames();
      rewriteCell(readCode(code, { unit: "[1]" }), { names, slot: 0, unit: "[1]", line: 1 });
    } catch (error) {
      if (!(error instanceof CodeSyntaxError)) throw error;
      for (const { line, column, length } of error.problems) {
        if (line < 1 || column < 1 || length < 1 || line > lineCount(code)) throw error;
      }
    }
  });
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(READ_BY_THE_ENGINE / 100);
}, 300_000);
