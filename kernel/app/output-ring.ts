import type { CellId } from "./port.ts";
import type { StreamName } from "../wire/contents/display.ts";

/** Stands for the latest cell: what belongs to none in particular is shown in it. */
export const noCell: CellId = 0;

/** What the reader of a ring finds: printed text. */
export type TakeText = (cell: CellId, name: StreamName, text: string) => void;

// Words of control, before the records.
const written = 0;
const read = 1;
const awake = 2;
/** The mark of the last message that was received. */
const received = 3;
const controlBytes = 16;

const capacity = 1 << 20;
const headerBytes = 12;
const textBytesAtMost = 3;
const chunkLength = 1 << 15;
const postedAtMostBytes = 32 << 20;
const sliceMs = 50;

const kinds = { stdout: 1, stderr: 2, mark: 3, gap: 4 } as const;

/** Memory for a ring, to be shared by the two threads. */
export function ringMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(controlBytes + capacity);
}

/** How a {@link RingWriter} behaves. */
export interface RingWriterOptions {
  /** Tells the other thread, which sleeps, that there is something to read. */
  readonly wake: () => void;
  /** What this thread's programs and native code have printed, past the ring, before what is written now. */
  readonly early?: () => readonly (readonly [StreamName, string])[];
  /** How long the other thread may read nothing before what does not fit is lost. */
  readonly patienceMs?: number;
}

/**
 * The end of a ring at which a thread writes what its cells print, without a message for each piece, and waits when the
 * other thread does not keep up: however much a cell prints, there is never more than the ring holds.
 *
 * A record is written whole before it is made known: code that is terminated half-way leaves nothing behind. Waiting ends
 * when V8 is asked to terminate.
 */
export class RingWriter {
  readonly #control: Int32Array;
  readonly #records: Buffer;
  readonly #words: Int32Array;
  readonly #options: Required<RingWriterOptions>;
  /** What was posted, and may not be received yet. */
  #posted: { readonly order: number; readonly sizeBytes: number }[] = [];
  #lost = 0;
  #order = 0;

  constructor(memory: SharedArrayBuffer, options: RingWriterOptions) {
    this.#control = new Int32Array(memory, 0, controlBytes / 4);
    this.#records = Buffer.from(memory, controlBytes);
    this.#words = new Int32Array(memory, controlBytes);
    this.#options = { patienceMs: 10_000, early: () => [], ...options };
  }

  /** Writes what a cell prints. */
  text(cell: CellId, name: StreamName, text: string): void {
    this.early();
    this.#text(cell, name, text);
  }

  /**
   * Writes what was printed past the ring, unless the reader is awake: it then reads that too. It is not known which cell's it is; the
   * one that prints now may be an old one, of which a timer was left.
   */
  early(): void {
    if (Atomics.load(this.#control, awake) !== 0) return;
    for (const [name, text] of this.#options.early()) this.#text(noCell, name, text);
  }

  #text(cell: CellId, name: StreamName, text: string): void {
    for (let start = 0; start < text.length;) {
      const end = chunkEnd(text, start);
      if (this.#lost > 0 && this.#put(cell, "stderr", `\n[${this.#lost} characters were lost here.]\n`))
        this.#lost = 0;
      if (!this.#put(cell, name, start === 0 && end === text.length ? text : text.slice(start, end)))
        this.#lost += end - start;
      start = end;
    }
  }

  /**
   * Marks the place of a message that is about to be posted; the reader stops there until that is received. Waits when too
   * much of what was posted before is not received yet.
   *
   * @returns what the message has to carry
   */
  mark(sizeBytes: number): number {
    this.#wait(received, () => {
      const posted = this.#notReceived();
      return posted === 0 || posted + sizeBytes <= postedAtMostBytes;
    });
    const order = (this.#order = (this.#order + 1) | 0);
    const at = this.#reserve(headerBytes);
    if (at !== undefined) this.#commit(at, { kind: kinds.mark, value: order, length: 0 });
    this.#posted.push({ order, sizeBytes: sizeBytes + headerBytes });
    return order;
  }

  /** Waits until all that was written has been read, but not for long. */
  settle(patienceMs = 200): void {
    if (Atomics.load(this.#control, written) === Atomics.load(this.#control, read)) return;
    this.#wake();
    const end = performance.now() + patienceMs;
    for (;;) {
      const seen = Atomics.load(this.#control, read);
      if (seen === Atomics.load(this.#control, written) || performance.now() > end) return;
      Atomics.wait(this.#control, read, seen, sliceMs);
    }
  }

  #notReceived(): number {
    const last = Atomics.load(this.#control, received);
    this.#posted = this.#posted.filter(({ order }) => ((order - last) | 0) > 0);
    return this.#posted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  #put(cell: CellId, name: StreamName, text: string): boolean {
    const at = this.#reserve(headerBytes + text.length * textBytesAtMost);
    if (at === undefined) return false;
    const length = this.#records.write(text, at + headerBytes, "utf8");
    this.#commit(at, { kind: kinds[name], value: cell, length });
    this.#wake();
    return true;
  }

  /** Room for a record in one piece; nothing when the reader does not make any. */
  #reserve(bytes: number): number | undefined {
    const position = this.#control[written] ?? 0;
    const at = (position >>> 0) % capacity;
    const gap = at + bytes > capacity ? capacity - at : 0;
    const hasRoom = (): boolean =>
      capacity - ((position - Atomics.load(this.#control, read)) | 0) >= gap + aligned(bytes);
    if (!hasRoom() && !this.#wait(read, hasRoom)) return undefined;
    if (gap === 0) return at;
    this.#words[at >> 2] = kinds.gap;
    Atomics.store(this.#control, written, (position + gap) | 0);
    return 0;
  }

  #commit(at: number, { kind, value, length }: { kind: number; value: number; length: number }): void {
    const word = at >> 2;
    this.#words[word] = kind;
    this.#words[word + 1] = value;
    this.#words[word + 2] = length;
    const position = this.#control[written] ?? 0;
    Atomics.store(this.#control, written, (position + aligned(headerBytes + length)) | 0);
  }

  /** Waits for the other thread to change a word; false when it has not for too long. */
  #wait(word: number, isEnough: () => boolean): boolean {
    let end = performance.now() + this.#options.patienceMs;
    let before = Atomics.load(this.#control, word);
    while (!isEnough()) {
      this.#wake();
      Atomics.wait(this.#control, word, before, sliceMs);
      const now = Atomics.load(this.#control, word);
      if (now !== before) end = performance.now() + this.#options.patienceMs;
      else if (performance.now() > end) return false;
      before = now;
    }
    return true;
  }

  #wake(): void {
    if (Atomics.exchange(this.#control, awake, 1) === 0) this.#options.wake();
  }
}

// Between drains. Text is gathered for longer than that before it is sent.
const pauseMs = 5;

/** The end of a ring at which a thread reads what the cells of another one print. */
export class RingReader {
  readonly #control: Int32Array;
  readonly #records: Buffer;
  readonly #words: Int32Array;
  readonly #take: TakeText;
  #timer: NodeJS.Timeout | undefined;

  constructor(memory: SharedArrayBuffer, take: TakeText) {
    this.#control = new Int32Array(memory, 0, controlBytes / 4);
    this.#records = Buffer.from(memory, controlBytes);
    this.#words = new Int32Array(memory, controlBytes);
    this.#take = take;
  }

  /** Called when the writer wakes this thread: reads what is there, and goes on until there is nothing for a while. */
  read(): void {
    this.#drain();
    this.#goOn();
  }

  #goOn(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#drain()) {
        Atomics.store(this.#control, awake, 0);
        // What was written between the two did not wake anybody.
        if (!this.#drain()) return;
      }
      Atomics.store(this.#control, awake, 1);
      this.#goOn();
    }, pauseMs);
  }

  /** Reads what was printed before a message that was received. */
  upTo(mark: number): void {
    Atomics.store(this.#control, received, mark);
    Atomics.notify(this.#control, received);
    this.#drain();
    // Code that was terminated just before it would have woken this thread left the word of it standing.
    this.#goOn();
  }

  /** Reads up to the mark of the last message received, or of one that is not received yet; says whether there was anything. */
  #drain(): boolean {
    const from = Atomics.load(this.#control, read);
    let position = from;
    while (position !== Atomics.load(this.#control, written)) {
      const next = this.#record(position);
      if (next === undefined) break;
      ({ position } = next);
      Atomics.store(this.#control, read, position);
      if (next.isEnd) break;
    }
    if (position !== from) Atomics.notify(this.#control, read);
    return position !== from;
  }

  #record(position: number): { position: number; isEnd: boolean } | undefined {
    const at = (position >>> 0) % capacity;
    const word = at >> 2;
    const kind = this.#words[word];
    if (kind === kinds.gap) return { position: (position + capacity - at) | 0, isEnd: false };
    const [value = 0, length = 0] = this.#words.subarray(word + 1, word + 3);
    if (kind === kinds.mark) {
      // A message that was never posted, because the code was terminated before, is over when a later one comes.
      if (((value - Atomics.load(this.#control, received)) | 0) > 0) return undefined;
    } else {
      const text = this.#records.toString("utf8", at + headerBytes, at + headerBytes + length);
      this.#take(value, kind === kinds.stdout ? "stdout" : "stderr", text);
    }
    const isEnd = kind === kinds.mark && value === Atomics.load(this.#control, received);
    return { position: (position + aligned(headerBytes + length)) | 0, isEnd };
  }
}

function aligned(bytes: number): number {
  return (bytes + 3) & ~3;
}

// A pair of surrogates is not cut.
function chunkEnd(text: string, start: number): number {
  const end = start + chunkLength;
  if (end >= text.length) return text.length;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd8_00 && last < 0xdc_00 ? end - 1 : end;
}
