// A log is for people: its beginning and its end tell what happened, whatever a realizer prints in between.
const KEPT_AT_EITHER_END = 512 * 1024;

/** What a realizer printed, bounded: of more than a million characters the middle is cut out, and it says so. */
export class BoundedLog {
  #head = "";
  #tail = "";
  #cut = 0;
  #written = 0;

  /** How many characters were written, whatever of them was cut out. */
  get written(): number {
    return this.#written;
  }

  /** Adds a text as it is. */
  write(text: string): void {
    this.#written += text.length;
    const room = KEPT_AT_EITHER_END - this.#head.length;
    this.#head += text.slice(0, Math.max(room, 0));
    if (text.length <= room) return;
    this.#tail += text.slice(Math.max(room, 0));
    // Cut in strides, so that a stream of short lines does not copy the whole tail for each of them.
    if (this.#tail.length > 2 * KEPT_AT_EITHER_END) this.#cutTail();
  }

  /** The whole log, with a line that says how much was cut out where. */
  text(): string {
    if (this.#tail.length > KEPT_AT_EITHER_END) this.#cutTail();
    return this.#head + this.#mark() + this.#tail;
  }

  /** Where in `text()` stands what was written when so many characters had been; of what was cut out, behind the mark. */
  placeOf(written: number): number {
    if (this.#tail.length > KEPT_AT_EITHER_END) this.#cutTail();
    const inTail = written - this.#head.length;
    if (inTail <= 0) return written;
    return this.#head.length + this.#mark().length + Math.max(inTail - this.#cut, 0);
  }

  /** The last lines. */
  lastLines(count: number): string {
    const end = withoutNativeTrace((this.#head + this.#tail).slice(-200 * count)).trimEnd();
    return end.split("\n").slice(-count).join("\n");
  }

  #mark(): string {
    return this.#cut === 0 ? "" : `\n[... ${this.#cut} characters were cut out here ...]\n`;
  }

  #cutTail(): void {
    const excess = this.#tail.length - KEPT_AT_EITHER_END;
    this.#cut += excess;
    this.#tail = this.#tail.slice(excess);
  }
}

// Where Node dies, it prints the addresses of its own code, which push away what the realizer said last.
function withoutNativeTrace(text: string): string {
  return text
    .replaceAll(/^-----\s*Native stack trace\s*-----\n(?:\n|\s*\d+: 0x.*(?:\n|$))*/gmu, "")
    .replaceAll(/^(?:<--- (?:Last few GCs|JS stacktrace) --->|\[\d+:0x[\da-f]+\].*)\n*/gmu, "");
}
