import type { StreamName } from "../wire/contents/display.ts";

/** How the streams of one cell are gathered. */
export interface StreamLimits {
  /** Text is gathered so long before it is sent. */
  readonly windowMs: number;
  /** So much text one cell may print; the rest is dropped, with a note. */
  readonly maxBytes: number;
}

/** At most one message in 20 ms a stream, 8 MB a cell. */
export const DEFAULT_STREAM_LIMITS: StreamLimits = { windowMs: 20, maxBytes: 8_000_000 };

// A cell that writes to stdout and stderr by turns would make a message of each write. Past so many turns in one window
// the streams are kept apart until the window ends, and only the order between the two of them is lost.
const MAX_TURNS = 100;

interface Piece {
  readonly name: StreamName;
  readonly texts: string[];
}

/**
 * Gathers what a cell prints, so that a loop of prints makes few messages. The order between stdout and stderr is kept;
 * whoever sends something else calls `flush` first, which keeps the order to that as well.
 */
export class StreamGatherer {
  readonly #send: (name: StreamName, text: string) => void;
  readonly #limits: StreamLimits;
  #pieces: Piece[] = [];
  #timer: NodeJS.Timeout | undefined;
  #bytes = 0;
  #cut = false;

  constructor(send: (name: StreamName, text: string) => void, limits: StreamLimits = DEFAULT_STREAM_LIMITS) {
    this.#send = send;
    this.#limits = limits;
  }

  /** Takes text to be sent within the window. */
  write(name: StreamName, text: string): void {
    if (text === "" || this.#cut) return;
    const room = this.#limits.maxBytes - this.#bytes;
    const bytes = Buffer.byteLength(text);
    this.#bytes += bytes;
    if (bytes <= room) this.#gather(name, text);
    else this.#cutOff(name, text, room);
    this.#timer ??= setTimeout(() => this.flush(), this.#limits.windowMs);
  }

  /** Sends what was gathered, now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const pieces = this.#pieces;
    this.#pieces = [];
    for (const { name, texts } of pieces) this.#send(name, texts.join(""));
  }

  /** Starts counting anew, because the client has cleared what it shows. */
  restart(): void {
    this.#bytes = 0;
    this.#cut = false;
  }

  #gather(name: StreamName, text: string): void {
    const last = this.#pieces.at(-1);
    const open =
      this.#pieces.length < MAX_TURNS ? last : (this.#pieces.findLast((one) => one.name === name) ?? last);
    if (open?.name === name) open.texts.push(text);
    else this.#pieces.push({ name, texts: [text] });
  }

  #cutOff(name: StreamName, text: string, room: number): void {
    this.#cut = true;
    this.#gather(name, text.slice(0, Math.max(room, 0)));
    const { maxBytes } = this.#limits;
    const size = maxBytes >= 1_000_000 ? `${maxBytes / 1_000_000} MB` : `${maxBytes} bytes`;
    this.#gather("stderr", `\n[The output of this cell passed ${size}; the rest of it is not shown.]\n`);
  }
}
