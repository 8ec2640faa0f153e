import type { CommInfoReply } from "../wire/contents/comms.ts";

/** What became of a comm that a client opened; closed: whoever took it closed it in doing so. */
export type Opened = "open" | "refused" | "closed";

/** Which comms are open, so that the session can say so while the evaluator is busy. */
export class Comms {
  readonly #targets = new Map<string, string>();
  readonly #opening = new Map<string, Promise<boolean>>();
  readonly #closedAtOnce = new Set<string>();

  /** Notes that a comm is open, whoever opened it. */
  opened(id: string, target: string): void {
    this.#targets.set(id, target);
  }

  /** Notes that a comm is closed, whoever closed it. */
  closed(id: string): void {
    this.#targets.delete(id);
    if (this.#opening.has(id)) this.#closedAtOnce.add(id);
  }

  /** Whether a comm is open, or being opened by the client. Settled before the messages that follow are handed on. */
  async isOpen(id: string): Promise<boolean> {
    const opening = this.#opening.get(id);
    return opening ? opening : this.#targets.has(id);
  }

  /** Notes that a comm is being opened by the client: messages for it wait for the outcome. */
  async whileOpening(id: string, target: string, open: () => Promise<boolean>): Promise<Opened> {
    // Known as being opened before anything can close it.
    const started = Promise.resolve().then(open);
    const opening = started.then((accepted) => {
      const isOpen = accepted && !this.#closedAtOnce.has(id);
      if (isOpen) this.opened(id, target);
      return isOpen;
    });
    this.#opening.set(id, opening);
    try {
      const accepted = await opening;
      if (this.#closedAtOnce.delete(id)) return "closed";
      return accepted ? "open" : "refused";
    } finally {
      this.#opening.delete(id);
    }
  }

  /** The open comms, of one target or of all. */
  list(target: string | undefined): CommInfoReply["comms"] {
    const wanted = [...this.#targets].filter(([, name]) => target === undefined || name === target);
    return Object.fromEntries(wanted.map(([id, name]) => [id, { target_name: name }]));
  }
}
