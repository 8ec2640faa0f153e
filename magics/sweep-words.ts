import { isStage } from "../core/config.ts";
import { choice, integers, logUniform, uniform } from "../core/index.ts";
import type { Distribution, Stage } from "../core/index.ts";
import { MagicError } from "./errors.ts";

/** Finds what a name stands for in the session. */
export type Lookup = (name: string) => { readonly value: unknown } | undefined;

/** What the words of a sweep are read by. */
export interface SweepWordsOptions {
  /** The stage that is swept, of which the present values tell what a word may mean. */
  readonly stage: Stage;
  readonly lookup: Lookup;
}

/**
 * Reads `lr=0.1,0.01 depth=2,4`: fields and their values. A value is JSON, or else a text; where the stage has another stage, it is
 * the name of one.
 *
 * @throws MagicError `wrong-argument`
 */
export function readGrid(
  words: readonly string[],
  options: SweepWordsOptions,
): Readonly<Record<string, readonly unknown[]>> {
  return fieldsOf("--grid", words, (field, text) =>
    splitValues(text).map((value) => readValue("--grid", field, value, options)),
  );
}

/**
 * Reads `lr=log:1e-4..1e-1 width=int:16..256 dropout=0..0.5 depth=2,4,8`: fields and what their values are drawn from.
 *
 * @throws MagicError `wrong-argument`
 */
export function readSpace(
  words: readonly string[],
  options: SweepWordsOptions,
): Readonly<Record<string, Distribution>> {
  return fieldsOf("--random", words, (field, text) => {
    const [, kind = "", low = "", high = ""] =
      /^(?:(log|int):)?([^.,:]*(?:\.\d[^.,:]*)?)\.\.([^,:]+)$/u.exec(text) ?? [];
    const range = [Number(low), Number(high)] as const;
    if (high === "" || low === "" || range.some(Number.isNaN)) {
      if (/^\w+:/u.test(text) && /\.\./u.test(text))
        throw wrong(
          "--random",
          `"${text}" for ${field} is no range such as log:1e-4..1e-1, int:16..256 or 0..0.5`,
        );
      return choice(...splitValues(text).map((value) => readValue("--random", field, value, options)));
    }
    try {
      if (kind === "log") return logUniform(...range);
      return kind === "int" ? integers(...range) : uniform(...range);
    } catch (error) {
      throw wrong("--random", `${field}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

function fieldsOf<T>(
  flag: string,
  words: readonly string[],
  read: (field: string, text: string) => T,
): Readonly<Record<string, T>> {
  const fields = new Map<string, T>();
  for (const word of words) {
    const [, field = "", text = ""] = /^([^=]+)=(.*)$/su.exec(word) ?? [];
    if (field === "")
      throw wrong(flag, `it takes a field and its values, such as lr=0.1,0.01; "${word}" has no "="`);
    if (text === "") throw wrong(flag, `${field} has no values: say ${field}=1,2`);
    if (fields.has(field)) throw wrong(flag, `${field} is given twice: name all its values in one place`);
    fields.set(field, read(field, text));
  }
  return Object.fromEntries(fields);
}

/** Splits at the commas that stand in no brackets. */
function splitValues(text: string): string[] {
  const values = [""];
  let depth = 0;
  for (const character of text) {
    if ("[{".includes(character)) depth++;
    if ("]}".includes(character)) depth--;
    if (character === "," && depth === 0) values.push("");
    else values[values.length - 1] += character;
  }
  return values.map((value) => value.trim()).filter((value) => value !== "");
}

function readValue(flag: string, field: string, text: string, { stage, lookup }: SweepWordsOptions): unknown {
  const now = presentValue(stage, field);
  if (isStage(now)) {
    const found = lookup(text)?.value;
    if (isStage(found)) return found;
    throw wrong(flag, `${field} takes stages by their names, and "${text}" is no stage`);
  }
  const value = jsonOf(text);
  if (typeof now === "number" && typeof value === "string")
    throw wrong(flag, `${field} is a number (${now}), and "${text}" is none`);
  return value;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // 1e-4 is JSON, and .5 is not.
    return /^[+-]?\.?\d/u.test(text) && !Number.isNaN(Number(text)) ? Number(text) : text;
  }
}

/** The value that a field has now; undefined when there is none, which core has a better word for. */
function presentValue(stage: Stage, field: string): unknown {
  let at: unknown = stage.config;
  for (const part of field.split(".")) {
    if (isStage(at)) at = at.config;
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[part];
  }
  return at;
}

function wrong(flag: string, what: string): MagicError {
  return new MagicError("wrong-argument", `Cannot sweep with ${flag}: ${what}`, { flag });
}
