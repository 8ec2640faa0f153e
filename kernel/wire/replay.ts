/**
 * Remembers which signatures were seen, so that a recorded message cannot be sent again.
 *
 * Memory is bounded by two generations: when the younger one is full, the older one is forgotten. So at least the last
 * `capacity` signatures are known and at most twice as many are kept. (One set that drops its oldest entry would be
 * slow: V8 leaves holes at the front of a set, and each look for the oldest walks over them.)
 */
export class SeenSignatures {
  readonly #capacity: number;
  #young = new Set<string>();
  #old = new Set<string>();

  /** @param capacity how many of the last signatures are surely remembered; jupyter_client keeps 65536 */
  constructor(capacity: number = 65_536) {
    this.#capacity = capacity;
  }

  /** Notes a signature; false when it was seen before. */
  note(signature: string): boolean {
    if (this.#young.has(signature) || this.#old.has(signature)) return false;
    if (this.#young.size >= this.#capacity) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(signature);
    return true;
  }
}
