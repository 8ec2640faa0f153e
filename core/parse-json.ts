import type { Json } from "./config.ts";

const TEXTS = /"(?:[^"\\]|\\.)*"/gs;

// A text of JSON, or a word that stands where a number is expected. `-Infinity` is one word.
const TOKENS = /"(?:[^"\\]|\\.)*"|(?<![\w.+-])(?:NaN|-?Infinity)(?!\w)/gs;

/**
 * Reads JSON, in which numbers may also be `NaN`, `Infinity` and `-Infinity`: Python's `json` writes these words, which are no JSON.
 *
 * @throws {SyntaxError} for all else that is no JSON, as `JSON.parse` words it
 */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (!(error instanceof SyntaxError) || !/NaN|Infinity/.test(text)) throw error;
    return parseWords(text);
  }
}

function parseWords(text: string): Json {
  // With numbers as long as the words, so that an error names the place in the text.
  JSON.parse(withWords(text, (word) => word.replaceAll(/[^-]/g, "1")));
  const mark = unusedMark(text);
  // What is too large for a number is read as an infinite one; NaN alone has nothing that is read as it.
  const quoted = withWords(text, (word) =>
    word === "NaN" ? JSON.stringify(mark) : word === "Infinity" ? "1e999" : "-1e999",
  );
  return JSON.parse(quoted, (_, value: Json) => (value === mark ? Number.NaN : value)) as Json;
}

function withWords(text: string, spell: (word: string) => string): string {
  return text.replaceAll(TOKENS, (token) => (token.startsWith('"') ? token : spell(token)));
}

function unusedMark(text: string): string {
  let mark = "NaN";
  const known = new Set((text.match(TEXTS) ?? []).map((token) => JSON.parse(token) as string));
  while (known.has(mark)) mark += "~";
  return mark;
}
