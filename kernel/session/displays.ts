import type { Display } from "./evaluator.ts";

/** How much one cell may display. */
export interface DisplayLimits {
  /** An update of a display waits so long for the next one, which replaces it; longer when they are large. */
  readonly windowMs: number;
  /** So many displays; the rest is dropped, with a note. */
  readonly maxCount: number;
  /** So many bytes in all of them. */
  readonly maxBytes: number;
}

/** One update in 20 ms a display, 10,000 displays and 256 MB a cell. */
const DEFAULT_DISPLAY_LIMITS: DisplayLimits = {
  windowMs: 20,
  maxCount: 10_000,
  maxBytes: 256_000_000,
};

// Of a display that is updated without end, so much a second is sent.
const updateBytesPerMs = 50_000;

/** Where displays go. */
export interface DisplaySink {
  show(display: Display): void;
  update(display: Display): void;
  /** Tells that something is not shown. */
  note(text: string): void;
}

interface Paced {
  timer: NodeJS.Timeout;
  latest: Display | undefined;
}

/**
 * Keeps what a cell displays within bounds that a client can take: of updates that come faster than anybody can see, the last
 * one counts, and an endless loop of displays is cut. A client that reads slowly cannot slow a kernel down: what is
 * published is queued for it.
 */
export class DisplayPacer {
  readonly #sink: DisplaySink;
  readonly #limits: DisplayLimits;
  readonly #paced = new Map<unknown, Paced>();
  #count = 0;
  #bytes = 0;
  #cut = false;

  constructor(sink: DisplaySink, limits: DisplayLimits = DEFAULT_DISPLAY_LIMITS) {
    this.#sink = sink;
    this.#limits = limits;
  }

  /** Shows something new, while there is room. */
  show(display: Display): void {
    if (this.#cut) return;
    const bytes = sizeOf(display);
    const isFirst = this.#count === 0;
    this.#count += 1;
    this.#bytes += bytes;
    const { maxCount, maxBytes } = this.#limits;
    // A single one is shown, however large.
    if (isFirst || (this.#count <= maxCount && this.#bytes <= maxBytes)) return this.#sink.show(display);
    this.#cut = true;
    const size = this.#count > maxCount ? `${maxCount} displays` : `${maxBytes / 1_000_000} MB of displays`;
    return this.#sink.note(`\n[This cell passed ${size}; the rest of them is not shown.]\n`);
  }

  /** Shows something in the place of a display, now or when it is its turn. */
  update(display: Display): void {
    const id = display.transient?.["display_id"];
    const paced = this.#paced.get(id);
    if (paced === undefined) return this.#send(id, display);
    paced.latest = display;
    return undefined;
  }

  /** Sends the updates that wait. */
  flush(): void {
    for (const [id, { timer, latest }] of this.#paced) {
      clearTimeout(timer);
      this.#paced.delete(id);
      if (latest !== undefined) this.#sink.update(latest);
    }
  }

  /** Starts counting anew, because the client has cleared what it shows. */
  restart(): void {
    this.#count = 0;
    this.#bytes = 0;
    this.#cut = false;
  }

  #send(id: unknown, display: Display): void {
    this.#sink.update(display);
    const waitMs = this.#limits.windowMs + sizeOf(display) / updateBytesPerMs;
    const timer = setTimeout(() => {
      const latest = this.#paced.get(id)?.latest;
      this.#paced.delete(id);
      if (latest !== undefined) this.#send(id, latest);
    }, waitMs);
    this.#paced.set(id, { timer, latest: undefined });
  }
}

function sizeOf({ data, buffers = [] }: Display): number {
  let size = 0;
  for (const value of Object.values(data)) size += typeof value === "string" ? value.length : 100;
  for (const buffer of buffers) size += buffer.byteLength;
  return size;
}
