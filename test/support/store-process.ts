import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const project = fileURLToPath(new URL("../..", import.meta.url));
const program = fileURLToPath(new URL("store-process.mjs", import.meta.url));

/** What a store process is to do. */
export interface StoreTask {
  readonly root: string;
  readonly task: "hold" | "forget" | "contend" | "race" | "fill" | "commit" | "cycle" | "write";
  readonly argument?: string;
  /** The user to run it as, by number; as ours if undefined. */
  readonly uid?: number | undefined;
  /** Where the project is, if not here: a copy that another user can read. */
  readonly project?: string;
}

/** A process of its own that works in a store. */
export class StoreProcess {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #exited: Promise<void>;
  #stderr = "";

  /** Starts the process; it is killed when the test is over. */
  constructor({ root, task, argument = "", uid, project: place = project }: StoreTask) {
    if (!existsSync(`${place}/dist/core/index.js`)) {
      throw new Error(
        `Cannot start a store process: there is no dist/ in "${place}"; npm run build makes it`,
      );
    }
    const script = place === project ? program : `${place}/store-process.mjs`;
    this.#process = spawn(
      process.execPath,
      [script, place, root, task, argument],
      uid === undefined ? {} : { uid, gid: uid },
    );
    this.#exited = new Promise((resolve) => this.#process.once("close", () => resolve()));
    this.#process.stderr.on("data", (text) => (this.#stderr += String(text)));
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    onTestFinished(() => this.kill());
  }

  /** Its process id. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** The next thing that it says. */
  async next(): Promise<Record<string, unknown>> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`The store process ended without another word. ${this.#stderr}`);
    return JSON.parse(value) as Record<string, unknown>;
  }

  /** All that it still says until its end. */
  async rest(): Promise<Record<string, unknown>[]> {
    const said: Record<string, unknown>[] = [];
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done === true) return said;
      said.push(JSON.parse(value) as Record<string, unknown>);
    }
  }

  /** Sends it a line. */
  tell(text: string): void {
    this.#process.stdin.write(`${text}\n`);
  }

  /** Resolves when it has ended by itself. */
  exited(): Promise<void> {
    return this.#exited;
  }

  /** Kills it as `kill -9` does. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#exited;
  }
}
