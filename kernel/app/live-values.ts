import type { LiveValue } from "../engine/live-value.ts";
import type { Member } from "../engine/members.ts";
import type { ToMain } from "./port.ts";

// A main thread that computes does not answer: then what the types say has to do. One that has nothing to do answers, however busy the
// machine is.
const patienceMs = { whileRunning: 100, otherwise: 1000 };

/** What the main thread says of the value at the end of a path. */
export type LiveAnswer =
  | { readonly type: "members"; readonly members: readonly Member[] }
  | { readonly type: "described"; readonly value: LiveValue | undefined };

/** What {@link LiveValues} work with. */
export interface LiveValuesParts {
  /** Leads to the main thread. */
  readonly post: (message: ToMain) => void;
  /** Whether a cell is under way there. */
  readonly isRunning: () => boolean;
}

/** Asks the main thread for live values. */
export class LiveValues {
  readonly #parts: LiveValuesParts;
  readonly #waiting = new Map<number, (answer: LiveAnswer | undefined) => void>();
  #last = 0;

  constructor(parts: LiveValuesParts) {
    this.#parts = parts;
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
    const { post, isRunning } = this.#parts;
    let late: NodeJS.Timeout | undefined;
    const answer = new Promise<LiveAnswer | undefined>((resolve) => {
      this.#waiting.set(request, resolve);
      const ms = isRunning() ? patienceMs.whileRunning : patienceMs.otherwise;
      late = setTimeout(resolve, ms, undefined);
    });
    post({ type, request, path });
    try {
      return await answer;
    } finally {
      clearTimeout(late);
      this.#waiting.delete(request);
    }
  }
}
