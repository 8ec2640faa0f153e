// A log is for people: its beginning and its end tell what happened, whatever a realizer prints in between.
const KEPT_AT_EITHER_END = 512 * 1024;

/** What a realizer printed, bounded: of more than a million characters the middle is cut out, and it says so. */
export class BoundedLog {
  #head = "";
  #tail = "";
  #cut = 0;

  /** Adds a text as it is. */
  write(text: string): void {
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
    const mark = `\n[... ${this.#cut} characters were cut out here ...]\n`;
    return this.#head + (this.#cut === 0 ? "" : mark) + this.#tail;
  }

  /** The last lines. */
  lastLines(count: number): string {
    const end = (this.#head + this.#tail).slice(-200 * count).trimEnd();
    return end.split("\n").slice(-count).join("\n");
  }

  #cutTail(): void {
    const excess = this.#tail.length - KEPT_AT_EITHER_END;
    this.#cut += excess;
    this.#tail = this.#tail.slice(excess);
  }
}
