/** A terminal, as far as it is needed. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
}

const hideCursor = "\x1b[?25l";
const showCursor = "\x1b[?25h";
// A terminal that knows these shows all in between at once; others pass over them.
const beginFrame = "\x1b[?2026h";
const endFrame = "\x1b[?2026l";
const toEndOfLine = "\x1b[K";
const toEndOfScreen = "\x1b[J";

/**
 * The last lines of a terminal, which are drawn anew again and again. Lines that stay are printed above them. Nothing is erased before
 * it is overwritten, so that nothing flickers; the cursor is hidden meanwhile.
 *
 * Lines must fit in the terminal's width: `widthOf` tells how wide they are when it becomes narrower.
 */
export class LiveRegion {
  readonly #terminal: Terminal;
  readonly #widthOf: (line: string) => number;
  #shown: readonly string[] = [];
  #isHidden = false;

  constructor(terminal: Terminal, widthOf: (line: string) => number) {
    this.#terminal = terminal;
    this.#widthOf = widthOf;
  }

  /** Draws these lines in the place of the last ones, below `above`, which stay. */
  draw(lines: readonly string[], above: readonly string[] = []): void {
    const hide = this.#isHidden ? "" : hideCursor;
    this.#isHidden = true;
    const text = [...above, ...lines].map((line) => `${line}${toEndOfLine}\n`).join("");
    this.#terminal.write(`${beginFrame}${hide}${this.#home()}${text}${toEndOfScreen}${endFrame}`);
    this.#shown = lines;
  }

  /** Takes the lines away, prints these, which stay, and shows the cursor again. */
  end(above: readonly string[] = []): void {
    const text = above.map((line) => `${line}${toEndOfLine}\n`).join("");
    const show = this.#isHidden ? showCursor : "";
    this.#isHidden = false;
    this.#terminal.write(`${this.#home()}${text}${toEndOfScreen}${show}`);
    this.#shown = [];
  }

  /** To the beginning of the first of the lines, of which a narrower terminal may have made several. */
  #home(): string {
    const { columns } = this.#terminal;
    const rows = this.#shown.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(this.#widthOf(line) / columns)),
      0,
    );
    return rows === 0 ? "\r" : `\r\x1b[${rows}A`;
  }
}
