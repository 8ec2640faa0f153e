import { spawn, type ChildProcessByStdio } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { OpenStoreOptions } from "../../../core/index.ts";

const program = fileURLToPath(new URL("realizing.mjs", import.meta.url));

/** What a process is to realize; see `realizing.mjs`. */
export type RealizingTask = {
  readonly store: OpenStoreOptions;
  /** How far the process's clock is off. */
  readonly clockMs?: number;
} & (
  | { readonly kind: "mesh"; readonly count: number; readonly generation: number }
  | {
      readonly kind: "numbers";
      readonly numbers: readonly number[];
      readonly log: string;
      readonly ms: number;
    }
  | { readonly kind: "draw"; readonly text: string }
);

/** A process of its own that realizes stages. It is killed when the test is over. */
export class Realizing {
  /** All that it has said so far. */
  readonly said: Record<string, unknown>[] = [];
  readonly #process: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<void>;
  #news: (() => void) | undefined;
  #stderr = "";
  #hasEnded = false;

  constructor(task: RealizingTask) {
    this.#process = spawn(process.execPath, [program, JSON.stringify(task)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process.stderr.on("data", (text) => (this.#stderr += String(text)));
    createInterface({ input: this.#process.stdout }).on("line", (line) => {
      this.said.push(JSON.parse(line) as Record<string, unknown>);
      this.#news?.();
    });
    this.#ended = new Promise((resolve) => {
      this.#process.once("close", () => {
        this.#hasEnded = true;
        this.#news?.();
        resolve();
      });
    });
    onTestFinished(() => this.kill());
  }

  /** Its process id. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Waits until it says something that has this field. */
  async says(field: string): Promise<Record<string, unknown>> {
    for (;;) {
      const found = this.said.find((one) => field in one);
      if (found !== undefined) return found;
      if (this.#hasEnded) throw new Error(`The process ended without saying "${field}". ${this.#stderr}`);
      await new Promise<void>((resolve) => (this.#news = resolve));
    }
  }

  /** Waits for its end. What it says on stderr is an error. */
  async end(): Promise<void> {
    await this.#ended;
    if (this.#stderr !== "") throw new Error(this.#stderr);
  }

  /** Kills it as `kill -9` does. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }
}
