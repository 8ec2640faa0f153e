import type { LiveValue } from "../engine/live-value.ts";
import type { Member } from "../engine/members.ts";
import type { ToMain } from "./port.ts";

// A main thread that computes does not answer: then what the types say has to do.
const patienceMs = 100;

/** What the main thread says of the value at the end of a path. */
export type LiveAnswer =
  | { readonly type: "members"; readonly members: readonly Member[] }
  | { readonly type: "described"; readonly value: LiveValue | undefined };

/** Asks the main thread for live values. */
export class LiveValues {
  readonly #post: (message: ToMain) => void;
  readonly #waiting = new Map<number, (answer: LiveAnswer | undefined) => void>();
  #last = 0;

  constructor(post: (message: ToMain) => void) {
    this.#post = post;
  }

  /** The properties of the value at the end of a path; none when there is no answer in time. */
  async members(path: readonly string[]): Promise<readonly Member[]> {
    const answer = await this.#ask("members", path);
    return answer?.type === "members" ? answer.members : [];
  }

  /** What the value at the end of a path is; nothing when there is none, or no answer in time. */
  async describe(path: readonly string[]): Promise<LiveValue | undefined> {
    const answer = await this.#ask("describe", path);
    return answer?.type === "described" ? answer.value : undefined;
  }

  /** Takes an answer. */
  answer(request: number, answer: LiveAnswer): void {
    this.#waiting.get(request)?.(answer);
  }

  async #ask(type: "members" | "describe", path: readonly string[]): Promise<LiveAnswer | undefined> {
    const request = (this.#last += 1);
    const answer = new Promise<LiveAnswer | undefined>((resolve) => {
      this.#waiting.set(request, resolve);
      setTimeout(resolve, patienceMs, undefined);
    });
    this.#post({ type, request, path });
    try {
      return await answer;
    } finally {
      this.#waiting.delete(request);
    }
  }
}
