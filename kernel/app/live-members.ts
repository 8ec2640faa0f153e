import type { Member } from "../engine/members.ts";
import type { ToMain } from "./port.ts";

// A main thread that computes does not answer: then what the types say has to do.
const patienceMs = 100;

/** Asks the main thread for the properties of live values. */
export class LiveMembers {
  readonly #post: (message: ToMain) => void;
  readonly #waiting = new Map<number, (members: readonly Member[]) => void>();
  #last = 0;

  constructor(post: (message: ToMain) => void) {
    this.#post = post;
  }

  /** The properties of the value at the end of a path; none when there is no answer in time. */
  async ask(path: readonly string[]): Promise<readonly Member[]> {
    const request = (this.#last += 1);
    const answer = new Promise<readonly Member[]>((resolve) => {
      this.#waiting.set(request, resolve);
      setTimeout(resolve, patienceMs, []);
    });
    this.#post({ type: "members", request, path });
    const members = await answer;
    this.#waiting.delete(request);
    return members;
  }

  /** Takes the answer. */
  answer(request: number, members: readonly Member[]): void {
    this.#waiting.get(request)?.(members);
  }
}
