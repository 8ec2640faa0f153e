import { stripVTControlCharacters } from "node:util";
import { escapeHtml } from "../../display/escape.ts";

// The eight colours of a terminal; the page says what they look like in a light and in a dark theme.
const colours = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;
const weights = { 1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse", 9: "strike" } as const;

/** How the text behind a sequence looks. A colour is the name of one of the eight, or as CSS has it: `#rrggbb`. */
interface Look {
  readonly colour?: string | undefined;
  readonly background?: string | undefined;
  readonly marks: ReadonlySet<string>;
}

const plain: Look = { marks: new Set() };

/**
 * Turns text with the escape sequences of a terminal into escaped HTML: the eight colours and weights become
 * `<span class="ansi-red ansi-bold">`, other colours styles, and all other sequences go.
 *
 * Source: ECMA-48, 8.3.117 (SGR); ISO 8613-6 for colours out of 256 and more.
 */
export function ansiToHtml(text: string): string {
  let look = plain;
  // Odd parts are the parameters of the sequences between the even ones.
  const parts = text.split(sgr).map((part, index) => {
    if (index % 2 === 1) {
      look = afterSequence(look, part);
      return "";
    }
    const html = escapeHtml(stripVTControlCharacters(part));
    return html === "" ? "" : spanOf(html, look);
  });
  return parts.join("");
}

const escape = String.fromCharCode(27);
const sgr = new RegExp(`${escape}\\[([0-9;:]*)m`);

function spanOf(html: string, { colour, background, marks }: Look): string {
  const classes = [...marks].map((mark) => `ansi-${mark}`);
  const styles: string[] = [];
  if (colour?.startsWith("#") === true) styles.push(`color: ${colour}`);
  else if (colour !== undefined) classes.push(`ansi-${colour}`);
  if (background?.startsWith("#") === true) styles.push(`background: ${background}`);
  else if (background !== undefined) classes.push(`ansi-on-${background}`);
  const named = classes.length === 0 ? "" : ` class="${classes.join(" ")}"`;
  const styled = styles.length === 0 ? "" : ` style="${styles.join("; ")}"`;
  return named + styled === "" ? html : `<span${named}${styled}>${html}</span>`;
}

function afterSequence(look: Look, parameters: string): Look {
  const codes = parameters.split(/[;:]/u).map(Number);
  let after = look;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const { colour, length } = extendedColour(codes.slice(at + 1));
      after = code === 38 ? { ...after, colour } : { ...after, background: colour };
      at += length;
    } else after = afterCode(after, code);
  }
  return after;
}

function afterCode(look: Look, code: number): Look {
  if (code === 0) return plain;
  if (code === 39) return { ...look, colour: undefined };
  if (code === 49) return { ...look, background: undefined };
  const mark = weights[code as keyof typeof weights];
  if (mark !== undefined) return { ...look, marks: new Set([...without(look, marksOfBold(code)), mark]) };
  if (code >= 22 && code <= 29) return { ...look, marks: new Set(without(look, endedBy(code))) };
  const colour = colours[code >= 90 ? code - 90 : code - 30];
  if (colour !== undefined) return { ...look, colour };
  const background = colours[code >= 100 ? code - 100 : code - 40];
  return background === undefined ? look : { ...look, background };
}

// Bold and faint exclude each other, and end together.
function marksOfBold(code: number): readonly string[] {
  return code === 1 || code === 2 ? ["bold", "dim"] : [];
}

function endedBy(code: number): readonly string[] {
  return code === 22 ? ["bold", "dim"] : [weights[(code - 20) as keyof typeof weights]];
}

function without({ marks }: Look, left: readonly string[]): string[] {
  return [...marks].filter((mark) => !left.includes(mark));
}

/** The colour that follows 38 or 48, and how many parameters it takes. */
function extendedColour(codes: readonly number[]): { colour: string | undefined; length: number } {
  if (codes[0] === 2) return { colour: hex(codes.slice(1, 4)), length: 4 };
  const index = codes[1] ?? 0;
  return { colour: codes[0] === 5 ? ofPalette(index) : undefined, length: 2 };
}

function ofPalette(index: number): string {
  if (index < 16) return colours[index % 8] ?? "black";
  if (index >= 232) return hex([0, 0, 0].map(() => 8 + (index - 232) * 10));
  const cube = index - 16;
  const levels = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
  return hex(levels.map((level) => (level === 0 ? 0 : 55 + level * 40)));
}

function hex(channels: readonly number[]): string {
  return `#${channels.map((one) => Math.min(255, one).toString(16).padStart(2, "0")).join("")}`;
}
