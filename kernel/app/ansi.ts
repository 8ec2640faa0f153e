import { stripVTControlCharacters } from "node:util";

// The eight colours of a terminal; the page says what they look like in a light and in a dark theme.
const colours = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

/**
 * Turns text with the escape sequences of a terminal into escaped HTML: colours and weights become
 * `<span class="ansi-red ansi-bold">`, all other sequences go.
 *
 * Source: ECMA-48, 8.3.117 (SGR).
 */
export function ansiToHtml(text: string): string {
  let classes: readonly string[] = [];
  // Odd parts are the parameters of the sequences between the even ones.
  const parts = text.split(sgr).map((part, index) => {
    if (index % 2 === 1) {
      classes = afterSequence(classes, part);
      return "";
    }
    const html = escapeHtml(stripVTControlCharacters(part));
    return classes.length === 0 || html === "" ? html : `<span class="${classes.join(" ")}">${html}</span>`;
  });
  return parts.join("");
}

/** Text as HTML shows it literally, also inside a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const escape = String.fromCharCode(27);
const sgr = new RegExp(`${escape}\\[([0-9;]*)m`);

function afterSequence(classes: readonly string[], parameters: string): readonly string[] {
  // Colours out of 256 or more take parameters of their own, and are not shown.
  if (/(?:^|;)[34]8;/.test(parameters)) return classes;
  return parameters.split(";").reduce(afterCode, classes);
}

function afterCode(classes: readonly string[], code: string): readonly string[] {
  const number = Number(code);
  if (number === 0) return [];
  if (number === 1) return [...without(classes, isWeight), "ansi-bold"];
  if (number === 2) return [...without(classes, isWeight), "ansi-dim"];
  if (number === 22) return without(classes, isWeight);
  if (number === 39) return without(classes, isColour);
  const colour = colours[number >= 90 ? number - 90 : number - 30];
  return colour === undefined ? classes : [...without(classes, isColour), `ansi-${colour}`];
}

function without(classes: readonly string[], drop: (name: string) => boolean): readonly string[] {
  return classes.filter((name) => !drop(name));
}

function isWeight(name: string): boolean {
  return name === "ansi-bold" || name === "ansi-dim";
}

function isColour(name: string): boolean {
  return !isWeight(name);
}
