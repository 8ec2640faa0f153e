interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A stretch of a text, from `start` up to but without `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A text after its edits. */
export interface Rendered {
  readonly text: string;
  /** Where an offset of the rendered text comes from. */
  readonly toOriginal: (offset: number) => number;
}

/**
 * Edits of a text that keep its lines: what is inserted has no line ends, what is replaced keeps its own. Edits are
 * made in the order of their position; of several insertions at one place, the first one made comes first.
 */
export class Edits {
  readonly #source: string;
  readonly #edits: Edit[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  /** Puts `text` in front of what stands at `at`. */
  insert(at: number, text: string): void {
    this.#edits.push({ start: at, end: at, text });
  }

  /** Puts `text` in the place of a stretch without line ends. */
  replace({ start, end }: Range, text: string): void {
    this.#edits.push({ start, end, text });
  }

  /** Blanks a stretch, but for its line ends. */
  blank({ start, end }: Range): void {
    this.#edits.push({ start, end, text: blanked(this.#source.slice(start, end)) });
  }

  /** Makes the edits. */
  render(): Rendered {
    return this.#join(this.#pieces());
  }

  /**
   * Makes the edits and splits the result in two texts of one geometry: what lies within `ranges` stands only in the
   * first, all else only in the second, and each has blanks where the other one has text.
   */
  renderApart(ranges: readonly Range[]): { readonly inside: string; readonly outside: Rendered } {
    const pieces = this.#pieces(ranges);
    if (ranges.length === 0) return { inside: "", outside: this.#join(pieces) };
    const isInside = ({ start, end }: Piece): boolean =>
      ranges.some((range) => range.start <= start && end <= range.end);
    const inside = pieces.map((piece) => (isInside(piece) ? piece.text : blanked(piece.text)));
    const outside = pieces.map((piece) =>
      isInside(piece) ? { ...piece, text: blanked(piece.text) } : piece,
    );
    return { inside: inside.join(""), outside: this.#join(outside) };
  }

  #pieces(cuts: readonly Range[] = []): Piece[] {
    const pieces: Piece[] = [];
    const bounds = cuts.flatMap(({ start, end }) => [start, end]).sort((a, b) => a - b);
    let at = 0;
    const keepUpTo = (end: number): void => {
      for (const bound of bounds) {
        if (bound <= at || bound >= end) continue;
        pieces.push({ start: at, end: bound, text: this.#source.slice(at, bound) });
        at = bound;
      }
      if (end > at) pieces.push({ start: at, end, text: this.#source.slice(at, end) });
      at = Math.max(at, end);
    };
    for (const edit of this.#ordered()) {
      keepUpTo(edit.start);
      pieces.push(edit);
      at = edit.end;
    }
    keepUpTo(this.#source.length);
    return pieces;
  }

  #ordered(): Edit[] {
    const isReplacement = ({ start, end }: Edit): number => (end > start ? 1 : 0);
    return this.#edits.toSorted((a, b) => a.start - b.start || isReplacement(a) - isReplacement(b));
  }

  #join(pieces: readonly Piece[]): Rendered {
    const toOriginal = (offset: number): number => {
      let from = 0;
      for (const { start, end, text } of pieces) {
        if (offset < from + text.length) return Math.min(start + offset - from, Math.max(start, end - 1));
        from += text.length;
      }
      return this.#source.length;
    };
    return { text: pieces.map(({ text }) => text).join(""), toOriginal };
  }
}

interface Piece extends Range {
  readonly text: string;
}

/** A text with everything but its line ends replaced by blanks. */
function blanked(text: string): string {
  return text.replaceAll(/[^\n\r\u2028\u2029]+/gu, (line) => " ".repeat(line.length));
}
