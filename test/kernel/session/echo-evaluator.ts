import { setTimeout as delay } from "node:timers/promises";
import { utf16Cursor, type Utf16 } from "../../../kernel/session/cursor.ts";
import type {
  CommMessage,
  CommOpening,
  Completion,
  Completeness,
  Evaluator,
  ExecuteOutcome,
  Execution,
  Inspection,
  Output,
} from "../../../kernel/session/evaluator.ts";
import type { ExpressionResult, Payload } from "../../../kernel/wire/contents/execute.ts";

const WORDS = [
  "print",
  "warn",
  "result",
  "display",
  "update",
  "clear",
  "fail",
  "hang",
  "pause",
  "ask",
  "comm",
];

/**
 * An evaluator for tests. Its language has one command a line, a word and its argument, and that is all; see COMMANDS.
 * It shows all that an evaluator can do.
 */
export class EchoEvaluator implements Evaluator {
  readonly concurrent: boolean;
  readonly #targets = new Set(["echo"]);
  readonly #stops = new Set<() => void>();
  /** How it was shut down. */
  ended: "shutdown" | "restart" | undefined;

  constructor(options: { concurrent?: boolean } = {}) {
    this.concurrent = options.concurrent ?? false;
  }

  async execute(execution: Execution, output: Output): Promise<ExecuteOutcome> {
    const payload: Payload[] = [];
    for (const line of execution.code.split("\n")) {
      const [word = "", ...rest] = line.split(" ");
      const outcome = await this.#command(word, rest.join(" "), { output, payload, execution });
      if (outcome) return outcome;
    }
    const expressions = Object.entries(execution.userExpressions).map(([name, code]) => [
      name,
      evaluate(code),
    ]);
    return { status: "ok", payload, userExpressions: Object.fromEntries(expressions) };
  }

  complete(code: string, cursor: Utf16): Promise<Completion> {
    const prefix = /[a-z]*$/.exec(code.slice(0, cursor))?.[0] ?? "";
    const start = utf16Cursor(code, cursor - prefix.length);
    const matches = WORDS.filter((word) => word.startsWith(prefix));
    const types = matches.map((text) => ({
      text,
      type: "keyword",
      start: Number(start),
      end: Number(cursor),
    }));
    return Promise.resolve({ matches, start, end: cursor, metadata: { _jupyter_types_experimental: types } });
  }

  inspect(code: string, cursor: Utf16, detail: 0 | 1): Promise<Inspection> {
    const before = /[a-z]*$/.exec(code.slice(0, cursor))?.[0] ?? "";
    const word = before + (/^[a-z]*/.exec(code.slice(cursor))?.[0] ?? "");
    if (!WORDS.includes(word)) return Promise.resolve({ found: false, data: {} });
    return Promise.resolve({
      found: true,
      data: { "text/plain": `command ${word}${detail ? ", in detail" : ""}` },
    });
  }

  isComplete(code: string): Promise<Completeness> {
    if (code.endsWith("\\")) return Promise.resolve({ status: "incomplete", indent: "  " });
    if (code.startsWith("fault")) return Promise.reject(new TypeError("the parser broke"));
    return Promise.resolve({ status: code.startsWith("!") ? "invalid" : "complete" });
  }

  interrupt(): Promise<void> {
    for (const stop of this.#stops) stop();
    return Promise.resolve();
  }

  shutdown(restart: boolean): Promise<void> {
    this.ended = restart ? "restart" : "shutdown";
    return this.interrupt();
  }

  commOpened(opening: CommOpening, output: Output): Promise<boolean> {
    if (!this.#targets.has(opening.target)) return Promise.resolve(false);
    output.sendComm({ id: opening.id, data: { opened: opening.data } });
    return Promise.resolve(true);
  }

  commReceived(message: CommMessage, output: Output): Promise<void> {
    output.stream("stdout", `comm ${message.id} got a message`);
    output.sendComm({ id: message.id, data: { echo: message.data }, buffers: message.buffers ?? [] });
    return Promise.resolve();
  }

  commClosed(message: CommMessage, output: Output): Promise<void> {
    output.stream("stdout", `comm ${message.id} is closed`);
    return Promise.resolve();
  }

  async #command(
    word: string,
    argument: string,
    { output, payload, execution }: { output: Output; payload: Payload[]; execution: Execution },
  ): Promise<ExecuteOutcome | undefined> {
    const data = { "text/plain": argument };
    switch (word) {
      case "":
        break;
      case "print":
        output.stream("stdout", `${argument}\n`);
        break;
      case "warn":
        output.stream("stderr", `${argument}\n`);
        break;
      case "flood":
        for (let line = 0; line < Number(argument); line += 1) output.stream("stdout", `line ${line}\n`);
        break;
      case "result":
        output.result({ data });
        break;
      case "display":
        output.display({ data, transient: { display_id: "d" } });
        break;
      case "update":
        output.updateDisplay({ data, transient: { display_id: "d" } });
        break;
      case "bad-display":
        output.display({ data: { "application/json": 10n } });
        break;
      case "clear":
        output.clear(argument === "wait");
        break;
      case "error":
        output.error({ ename: "Late", evalue: argument, traceback: [] });
        break;
      case "fail":
        return {
          status: "error",
          ename: "EchoError",
          evalue: argument,
          traceback: [`EchoError: ${argument}`],
        };
      case "break":
        throw new Error("the evaluator broke");
      case "pause":
        await delay(Number(argument));
        break;
      case "hang":
        return await this.#hang();
      case "ask":
      case "ask-secret":
        return await ask(output, argument, word === "ask-secret");
      case "late":
        setTimeout(() => output.stream("stdout", `${argument}\n`), 60);
        break;
      case "page":
        payload.push({ source: "page", data, start: 0 });
        break;
      case "target":
        this.#targets.add(argument);
        break;
      case "comm":
        output.openComm({
          id: argument,
          target: "from-kernel",
          data: { hello: 1 },
          metadata: { version: "2" },
        });
        output.sendComm({ id: argument, data: { more: 2 }, buffers: [Buffer.from([1, 2, 3])] });
        break;
      case "comm-close":
        output.closeComm({ id: argument, data: { bye: 3 } });
        break;
      case "cell-id":
        output.stream("stdout", String(execution.metadata["cellId"]));
        break;
      default:
        return { status: "error", ename: "EchoError", evalue: `no command ${word}`, traceback: [] };
    }
    return undefined;
  }

  #hang(): Promise<ExecuteOutcome> {
    return new Promise((resolve) => {
      const stop = (): void => {
        this.#stops.delete(stop);
        resolve({ status: "error", ename: "Interrupted", evalue: "interrupted", traceback: [] });
      };
      this.#stops.add(stop);
    });
  }
}

async function ask(output: Output, prompt: string, password: boolean): Promise<ExecuteOutcome | undefined> {
  try {
    output.stream("stdout", `answer: ${await output.input(prompt, password)}\n`);
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { status: "error", ename: error.name, evalue: error.message, traceback: [] };
  }
}

function evaluate(code: string): ExpressionResult {
  if (code === "bad") return { status: "error", ename: "EchoError", evalue: "bad expression", traceback: [] };
  return { status: "ok", data: { "text/plain": code }, metadata: {} };
}
