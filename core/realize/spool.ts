import type { LogStream } from "./events.ts";

const KEPT_AT_EITHER_END = 128 * 1024;

/** A text and where it was printed. */
export interface Piece {
  readonly stream: LogStream;
  readonly text: string;
}

/**
 * What was printed within a moment, across the streams in its order. However much that is, it stays bounded: the middle is left out,
 * and it says so.
 */
export class Spool {
  #head: Piece[] = [];
  #tail: Piece[] = [];
  #headSize = 0;
  #tailSize = 0;
  #cut = 0;

  /** Adds a text as it is. */
  write(stream: LogStream, text: string): void {
    const room = KEPT_AT_EITHER_END - this.#headSize;
    const first = text.slice(0, room);
    if (first !== "") this.#head.push({ stream, text: first });
    this.#headSize += first.length;
    if (first.length === text.length) return;
    this.#tail.push({ stream, text: text.slice(first.length) });
    this.#tailSize += text.length - first.length;
    // Cut in strides, so that a stream of short texts does not move the whole tail for each of them.
    if (this.#tailSize > 2 * KEPT_AT_EITHER_END) this.#cutTail();
  }

  /** Takes everything out, as few pieces as there can be. */
  take(): Piece[] {
    if (this.#tailSize > KEPT_AT_EITHER_END) this.#cutTail();
    const { stream = "log" } = this.#head.at(-1) ?? {};
    const mark = { stream, text: `\n[... ${this.#cut} characters are left out here ...]\n` };
    const pieces = joined([...this.#head, ...(this.#cut > 0 ? [mark] : []), ...this.#tail]);
    this.#head = [];
    this.#tail = [];
    this.#headSize = this.#tailSize = this.#cut = 0;
    return pieces;
  }

  #cutTail(): void {
    const excess = this.#tailSize - KEPT_AT_EITHER_END;
    let passed = 0;
    let index = 0;
    for (; passed + (this.#tail[index]?.text.length ?? excess) <= excess; index++)
      passed += this.#tail[index]?.text.length ?? 0;
    const [broken, ...rest] = this.#tail.slice(index);
    this.#tail =
      broken === undefined ? [] : [{ ...broken, text: broken.text.slice(excess - passed) }, ...rest];
    this.#tailSize -= excess;
    this.#cut += excess;
  }
}

/** Neighbours of the same stream put together. */
function joined(pieces: readonly Piece[]): Piece[] {
  const runs: { stream: LogStream; texts: string[] }[] = [];
  for (const { stream, text } of pieces) {
    const last = runs.at(-1);
    if (last?.stream === stream) last.texts.push(text);
    else runs.push({ stream, texts: [text] });
  }
  return runs.map(({ stream, texts }) => ({ stream, text: texts.join("") }));
}
