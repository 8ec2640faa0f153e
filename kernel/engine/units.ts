import { nowhere } from "./lines.ts";
import type { Position } from "./lines.ts";

/** A text that V8 has been given under a name, and where its positions were typed. */
export interface Unit {
  /** What V8 calls the script. Unique among the living. */
  readonly url: string;
  /** What people call it: `[3]`, a path. */
  readonly name: string;
  /** Whether it is a cell, or belongs to one, rather than a file. */
  readonly isCell: boolean;
  /** The whole text as typed, for code frames; its line 1 is line 1 of positions. */
  readonly source: string;
  /** Where a position that V8 reports was typed; what nobody typed is at {@link nowhere}. */
  readonly toTyped: (position: Position) => Position;
  /** How many scripts it is made of, when that is not one. */
  readonly scripts?: number;
  /** The names that it imports, when its code reaches them in another way. */
  readonly imports?: readonly string[];
}

// Old cells are let go: their traces then lack columns and code frames, the lines stay right.
const maxCells = 2000;

/** The texts that traces can name. Files are kept by path, one text each; of cells, the latest ones. */
export class Units {
  readonly #units = new Map<string, Unit>();
  readonly #latest = new Map<string, Unit>();
  readonly #counts = new Map<string, number>();
  readonly #cells: string[] = [];

  /** A script name for a unit called `name` that no living unit has. */
  urlFor(name: string): string {
    const url = name.replaceAll(/[\s"'`\\]/gu, "_");
    const count = (this.#counts.get(url) ?? 0) + 1;
    this.#counts.set(url, count);
    return count === 1 ? url : `${url}#${count}`;
  }

  /** Makes a unit known. */
  add(unit: Unit): void {
    if (unit.isCell && !this.#units.has(unit.url)) this.#cells.push(unit.url);
    this.#units.set(unit.url, unit);
    this.#latest.set(unit.name, unit);
    if (this.#cells.length > maxCells) this.#forget(this.#cells.shift() ?? "");
  }

  /** Has a unit known by another name, too. */
  alias(name: string, url: string): void {
    const unit = this.#units.get(url);
    if (unit !== undefined) this.#latest.set(name, unit);
  }

  /** The unit that V8 knows by that name. */
  get(url: string): Unit | undefined {
    return this.#units.get(url);
  }

  /** The paths of the files. */
  files(): string[] {
    return [...this.#units.values()].flatMap(({ isCell, url }) => (isCell ? [] : [url]));
  }

  /** The unit that people know by that name: the latest one. */
  named(name: string): Unit | undefined {
    return this.#latest.get(name) ?? this.#units.get(name);
  }

  #forget(url: string): void {
    const unit = this.#units.get(url);
    this.#units.delete(url);
    if (unit !== undefined && this.#latest.get(unit.name) === unit) this.#latest.delete(unit.name);
  }
}

/** The positions of a text that begins at a later line of its unit than the first. */
export function shiftedTo(
  first: number,
  toTyped: (position: Position) => Position,
): (position: Position) => Position {
  return ({ line, column }) => {
    const typed = toTyped({ line: Math.max(1, line - first + 1), column });
    if (typed === nowhere) return nowhere;
    return { line: typed.line + first - 1, column: typed.column };
  };
}

/** A text moved down to a line, by empty lines before it. */
export function movedTo(first: number, text: string): string {
  return "\n".repeat(first - 1) + text;
}
