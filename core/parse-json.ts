import { randomUUID } from "node:crypto";
import type { Json } from "./config.ts";

// What begins or ends a text, an escape in one, or a word that stands where a number is expected. `-Infinity` is one word.
const TOKENS = /"|\\.|(?<![\w.+-])(?:NaN|-?Infinity)(?!\w)/gs;

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
  // What is too large for a number is read as an infinite one; NaN alone has nothing that is read as it.
  const mark = `NaN ${randomUUID()}`;
  const quoted = withWords(text, (word) =>
    word === "NaN" ? JSON.stringify(mark) : word === "Infinity" ? "1e999" : "-1e999",
  );
  return JSON.parse(quoted, (_, value: Json) => (value === mark ? Number.NaN : value)) as Json;
}

/** The text with other words in the place of those that stand outside of its texts. These may be long: no expression takes one as a whole. */
function withWords(text: string, spell: (word: string) => string): string {
  let isInText = false;
  return text.replaceAll(TOKENS, (token) => {
    if (token === '"') isInText = !isInText;
    return isInText || token === '"' || token.startsWith("\\") ? token : spell(token);
  });
}
