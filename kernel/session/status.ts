import type { Header } from "../wire/header.ts";
import type { Post } from "./post.ts";

/** Tells clients when a request is begun and done. */
export class Statuses {
  readonly #post: Post;
  readonly #cells = new Set<Header>();

  constructor(post: Post) {
    this.#post = post;
  }

  /** Tells once that the kernel is there. */
  starting(): void {
    this.#post.publish("status", { execution_state: "starting" });
  }

  /** A request is begun. */
  busy(parent: Header): void {
    this.#post.announce("status", { execution_state: "busy" }, parent);
  }

  /** A cell is begun. */
  cellBusy(parent: Header): void {
    this.#cells.add(parent);
    this.busy(parent);
  }

  /**
   * A request is done and all that it shows has been published.
   *
   * Clients show the state that they heard last, whatever request it was about, and servers end kernels that they
   * believe to be idle. So when something else was answered while a cell runs, "busy" is said once more, without a parent.
   */
  idle(parent: Header): void {
    this.#post.publish("status", { execution_state: "idle" }, { parent });
    const wasCell = this.#cells.delete(parent);
    if (!wasCell && this.#cells.size > 0) this.#post.publish("status", { execution_state: "busy" });
  }
}
