/** A position as the Language Server Protocol counts: line and UTF-16 units in it, both from 0. */
interface Position {
  readonly line: number;
  readonly character: number;
}

/** A text that turns UTF-16 offsets into positions and back. Lines end at LF, CR or CRLF, as the protocol says. */
export class LineIndex {
  readonly #text: string;
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.#text = text;
    this.#starts = [0, ...Array.from(text.matchAll(/\r\n|\n|\r/g), (end) => end.index + end[0].length)];
  }

  /** How many lines there are; one more than line ends. */
  get lineCount(): number {
    return this.#starts.length;
  }

  /** The offset of a position; what lies outside of the text is moved to the nearest place in it. */
  offsetAt({ line, character }: Position): number {
    const start = this.#starts[line];
    if (start === undefined) return line < 0 ? 0 : this.#text.length;
    const end = this.#starts[line + 1] ?? this.#text.length;
    return Math.min(start + Math.max(character, 0), end);
  }

  /** The position of an offset; what lies outside of the text is moved to the nearest place in it. */
  positionAt(offset: number): Position {
    const inside = Math.min(Math.max(offset, 0), this.#text.length);
    let low = 0;
    let high = this.#starts.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= inside) low = middle;
      else high = middle;
    }
    return { line: low, character: inside - (this.#starts[low] ?? 0) };
  }

  /** The text of a line without its end. */
  line(index: number): string {
    const start = this.#starts[index];
    if (start === undefined) return "";
    return this.#text.slice(start, this.#starts[index + 1]).replace(/[\r\n]+$/, "");
  }
}
