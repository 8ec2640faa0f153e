import { StringDecoder } from "node:string_decoder";

/**
 * Reads text out of a stream in which a mark stands at the end of every build. Until the mark has come, what has been printed is
 * not all there yet.
 */
export class MarkedText {
  readonly #mark: Buffer;
  readonly #onText: (text: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  #rest: Buffer = Buffer.alloc(0);
  #marks = 0;
  #waiting: (() => void)[] = [];

  constructor(mark: string, onText: (text: string) => void) {
    this.#mark = Buffer.from(mark, "utf8");
    this.#onText = onText;
  }

  /** Takes what has been read. */
  read(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let at = bytes.indexOf(this.#mark); at !== -1; at = bytes.indexOf(this.#mark)) {
      this.#say(bytes.subarray(0, at));
      this.#pass();
      bytes = bytes.subarray(at + this.#mark.length);
    }
    // The beginning of a mark may be all that has come of it so far.
    const held = this.#heldBack(bytes);
    this.#say(bytes.subarray(0, bytes.length - held));
    this.#rest = bytes.subarray(bytes.length - held);
  }

  /** Takes the end of the stream. */
  end(): void {
    this.#say(this.#rest);
    this.#rest = Buffer.alloc(0);
    const last = this.#decoder.end();
    if (last !== "") this.#onText(last);
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Waits for one mark more, which may have come already. */
  async mark(): Promise<void> {
    if (this.#marks > 0) this.#marks -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #pass(): void {
    const go = this.#waiting.shift();
    if (go === undefined) this.#marks += 1;
    else go();
  }

  #say(bytes: Buffer): void {
    const text = this.#decoder.write(bytes);
    if (text !== "") this.#onText(text);
  }

  #heldBack(bytes: Buffer): number {
    const most = Math.min(bytes.length, this.#mark.length - 1);
    const from = bytes.indexOf(this.#mark[0] as number, bytes.length - most);
    for (let at = from; at !== -1; at = bytes.indexOf(this.#mark[0] as number, at + 1)) {
      const length = bytes.length - at;
      if (bytes.subarray(at).equals(this.#mark.subarray(0, length))) return length;
    }
    return 0;
  }
}
