import { parseArgs, type ParseArgsConfig } from "node:util";
import { nearest } from "../../core/nearest.ts";
import { messageOf } from "../wire/json.ts";
import { AppError } from "./errors.ts";

/** An option of a command, with its help. */
export interface OptionSpec {
  /** `pairs`: each time that it is given a name and a value, as two words or as `name=value`. */
  readonly type: "string" | "boolean" | "pairs";
  readonly short?: string;
  /** What stands for the value in the help: `DIR`. */
  readonly value?: string;
  readonly help: string;
}

/** The values of a command's options, typed after their declaration. */
export type OptionValues<O extends Readonly<Record<string, OptionSpec>>> = {
  readonly [K in keyof O]?: ValueOf<O[K]["type"]>;
};

type ValueOf<Type extends OptionSpec["type"]> = {
  string: string;
  boolean: boolean;
  pairs: Readonly<Record<string, string>>;
}[Type];

/** A command of `lightnix`, declared once for parsing and for help. */
export interface Command {
  readonly name: string;
  /** What it does, as part of a sentence. */
  readonly summary: string;
  /** What else its help says, such as what its exit codes mean. */
  readonly more?: string;
  /** What comes after the name: `<notebook> [options]`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Runs it; gives the exit code. */
  run(args: readonly string[]): Promise<number>;
}

type Words = number | "some" | "any";

/** Declares a command; its arguments are parsed before `run` sees them. */
export function defineCommand<const O extends Readonly<Record<string, OptionSpec>>>(declaration: {
  readonly name: string;
  readonly summary: string;
  readonly more?: string;
  readonly usage: string;
  /** How many words it takes beside its options: just so many, at least one, or as many as there are. */
  readonly words: Words;
  readonly options: O;
  run(options: OptionValues<O>, words: readonly string[]): Promise<number>;
}): Command {
  return {
    ...declaration,
    run(args) {
      const { values, words } = parse(declaration, args);
      return declaration.run(values, words);
    },
  };
}

/** The help of one command. */
export function commandHelp({ name, summary, more, usage, options }: Command): string {
  const rows = Object.entries(options).map(([option, { short, value, help }]) => {
    const flags = `${short ? `-${short}, ` : "    "}--${option}${value ? ` ${value}` : ""}`;
    return `  ${flags.padEnd(28)} ${help}`;
  });
  return [
    `lightnix ${name} ${usage}`,
    "",
    `It ${summary}.`,
    ...(more === undefined ? [] : ["", more]),
    "",
    ...rows,
  ].join("\n");
}

function parse(
  { name, words, options }: { name: string; words: Words; options: Readonly<Record<string, OptionSpec>> },
  args: readonly string[],
): { values: object; words: readonly string[] } {
  const config = Object.fromEntries(
    Object.entries(options).flatMap(([option, { type, short }]) =>
      type === "pairs" ? [] : [[option, { type, ...(short && { short }) }]],
    ),
  ) satisfies ParseArgsConfig["options"];
  const refuse = (why: string, cause?: unknown): never => {
    const text = `Cannot run "lightnix ${name}": ${why}. See "lightnix ${name} --help"`;
    throw new AppError("bad-usage", text, { name }, { cause });
  };
  const { pairs, rest } = takePairs(options, args, refuse);
  try {
    const { values, positionals } = parseArgs({ args: rest, options: config, allowPositionals: true });
    const isRight =
      words === "any" || (words === "some" ? positionals.length > 0 : positionals.length === words);
    if (isRight) return { values: { ...values, ...pairs }, words: positionals };
    return refuse(`it takes ${wordsText(words)} beside its options, and got ${quoted(positionals)}`);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    // What follows the first sentence tells how to pass such a word on, which no command here wants.
    const why = messageOf(cause).replace(/\. [^]*$/, "");
    const unknown = /^Unknown option '(?<option>--[^']+)'$/u.exec(why)?.groups?.["option"];
    const near =
      unknown === undefined
        ? undefined
        : nearest(
            unknown,
            Object.keys(options).map((option) => `--${option}`),
          );
    return refuse(
      near === undefined ? why : `there is no option "${unknown}". It may be ${near} that was meant`,
      cause,
    );
  }
}

/** Takes the options that have two words out of the arguments, for parseArgs knows none such. */
function takePairs(
  options: Readonly<Record<string, OptionSpec>>,
  args: readonly string[],
  refuse: (why: string) => never,
): { pairs: Readonly<Record<string, Readonly<Record<string, string>>>>; rest: string[] } {
  const pairs: Record<string, Record<string, string>> = {};
  const rest = [...args];
  const nameOf = (word: string): string | undefined =>
    Object.entries(options).find(
      ([option, { type, short }]) =>
        type === "pairs" && (word === `--${option}` || (short !== undefined && word === `-${short}`)),
    )?.[0];
  for (let at = 0; at < rest.length; at += 1) {
    const option = nameOf(rest[at] ?? "");
    if (option === undefined) continue;
    const [given = "", word = ""] = rest.splice(at, 2);
    const [, key = word, value = word === "" ? undefined : rest.splice(at, 1)[0]] =
      /^([^=]+)=(.*)$/su.exec(word) ?? [];
    if (value === undefined) refuse(`${given} takes a name and a value`);
    else pairs[option] = { ...pairs[option], [key]: value };
    at -= 1;
  }
  return { pairs, rest };
}

function wordsText(words: Words): string {
  if (typeof words === "string") return "at least one word";
  return words === 0 ? "nothing" : words === 1 ? "one word" : `${words} words`;
}

function quoted(words: readonly string[]): string {
  return words.length === 0 ? "nothing" : words.map((word) => `"${word}"`).join(" ");
}
