import { AsyncLocalStorage } from "node:async_hooks";
import { AppError } from "./errors.ts";
import type { CellId, InputAnswer, ToWorker } from "./port.ts";

/** What a SessionError says, on this side of the threads. */
class PromptError extends AppError {
  constructor({ name, code, message }: Exclude<InputAnswer, { readonly line: string }>) {
    super(code, message);
    this.name = name;
  }
}

interface Waiting {
  resolve(line: string): void;
  reject(error: Error): void;
}

/** Asks the user for lines on behalf of the cells that want them. */
export class Prompts {
  readonly #post: (message: ToWorker) => void;
  readonly #cell = new AsyncLocalStorage<CellId>();
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor(post: (message: ToWorker) => void) {
    this.#post = post;
  }

  /** Runs a cell, in whose name prompts are. */
  during<T>(id: CellId, run: () => T): T {
    return this.#cell.run(id, run);
  }

  /** The cell, or message of a comm, that the running code was started by. */
  get cell(): CellId | undefined {
    return this.#cell.getStore();
  }

  /**
   * Asks, and waits for the answer.
   *
   * @throws AppError with the codes of SessionError: `stdin-not-supported`, `interrupted`, `end-of-input`
   */
  ask(prompt: string, password: boolean): Promise<string> {
    const id = this.cell;
    if (id === undefined) throw new AppError("no-cell", "Cannot ask for input: this code belongs to no cell");
    const request = (this.#last += 1);
    const answer = new Promise<string>((resolve, reject) => this.#waiting.set(request, { resolve, reject }));
    this.#post({ type: "ask", id, request, prompt, password });
    return answer;
  }

  /** Takes the answer to a prompt. */
  answer(request: number, answer: InputAnswer): void {
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    if ("line" in answer) waiting?.resolve(answer.line);
    else waiting?.reject(new PromptError(answer));
  }
}
