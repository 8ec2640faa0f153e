import type { MessagePort } from "node:worker_threads";
import type { MagicRegistry, SplitOptions } from "../../magics/index.ts";
import { typescriptView } from "../../magics/typescript.ts";
import { isComplete } from "../engine/completeness.ts";
import type { InterruptReason } from "../engine/errors.ts";
import type { Language } from "../language/language.ts";
import { utf16Cursor, type Utf16 } from "../session/cursor.ts";
import type { SessionError } from "../session/errors.ts";
import type {
  Completeness,
  CommMessage,
  CommOpening,
  Completion,
  Evaluator,
  ExecuteOutcome,
  Execution,
  Inspection,
  Output,
} from "../session/evaluator.ts";
import type { CapturedDescriptors } from "../display/descriptors.ts";
import { CapturedText } from "./captured-text.ts";
import { CellCheck } from "./cell-check.ts";
import { completenessOf } from "./cell-completeness.ts";
import { cellTitle } from "./cell-title.ts";
import { CommRelay } from "./comm-relay.ts";
import { completeCell } from "./complete-cell.ts";
import type { CompletionSources } from "./complete-cell.ts";
import { Debugging } from "./debugging.ts";
import { Interruption } from "./interruption.ts";
import { inspectCell } from "./inspect-cell.ts";
import type { InspectionParts } from "./inspect-cell.ts";
import { Lookahead } from "./lookahead.ts";
import { LiveValues } from "./live-values.ts";
import { Outputs } from "./output-calls.ts";
import { RingReader } from "./output-ring.ts";
import { questionOf, type Question } from "./question.ts";
import type { JsonObject } from "../wire/json.ts";
import type { CellId, InputAnswer, ToMain, ToWorker } from "./port.ts";

/** What a {@link CellEvaluator} works with. */
export interface EvaluatorParts {
  /** Leads to the main thread. */
  readonly port: MessagePort;
  readonly language: Language;
  readonly registry: MagicRegistry;
  /** The notebook's folder. */
  readonly folder: string;
  /** What the main thread's cells print. */
  readonly ring: SharedArrayBuffer;
  /** Where what programs and native code print can be read. */
  readonly captured: CapturedDescriptors | undefined;
  /** Ends the kernel, after what is under way has been told. */
  readonly exit: (code: number) => void;
}

/**
 * Runs cells as the session sees it, in the worker thread: checks them here, has them evaluated on the main thread, and
 * shows them to the language service. Everything else is answered here, whatever the main thread is doing.
 */
export class CellEvaluator implements Evaluator {
  readonly #parts: EvaluatorParts;
  readonly #split: SplitOptions;
  readonly #outputs = new Outputs();
  readonly #comms: CommRelay;
  readonly #ring: RingReader;
  /** What programs print, where that can be told. */
  readonly #captured: CapturedText | undefined;
  readonly #running = new Map<CellId, (outcome: ExecuteOutcome) => void>();
  readonly #live = new LiveValues({
    post: (message) => this.#post(message),
    isRunning: () => this.#running.size > 0,
  });
  readonly #check: CellCheck;
  readonly #lookahead: Lookahead;
  readonly #interruption: Interruption;
  readonly #debugging: Debugging;
  #lastId: CellId = 0;
  /** Why the kernel ends, when its user's code wants it. */
  #ending: InterruptReason | undefined;

  constructor(parts: EvaluatorParts) {
    this.#parts = parts;
    this.#ring = new RingReader(parts.ring, (id, name, text) => this.#outputs.get(id).stream(name, text));
    this.#captured =
      parts.captured &&
      new CapturedText(parts.captured, {
        before: () => this.#ring.read(),
        take: (name, text) => this.#outputs.latest?.stream(name, text),
      });
    this.#split = { isComplete, registry: parts.registry };
    this.#check = new CellCheck({ ...parts, split: this.#split });
    this.#lookahead = new Lookahead({ language: parts.language, view: (code) => this.#check.viewOf(code) });
    this.#comms = new CommRelay(parts.port);
    this.#debugging = new Debugging({ ...parts, ready: async () => await this.#interruption.ready });
    this.#interruption = new Interruption({
      serverPid: () => parts.language.serverPid,
      debugging: this.#debugging,
    });
    parts.port.on("message", (message: ToWorker) => this.#receive(message));
  }

  async execute(execution: Execution, output: Output): Promise<ExecuteOutcome> {
    const question = questionOf(execution.code);
    if (question !== undefined) return await this.#answer(question, output);
    // The cell of another shell may be under way.
    this.#lookahead.catchUp();
    const { outcome } = await this.#lookahead.during(() => this.#start(execution, output));
    return await outcome;
  }

  foresee(code: string): void {
    this.#lookahead.foresee(code);
  }

  complete(code: string, cursor: Utf16): Promise<Completion> {
    const { language, folder } = this.#parts;
    this.#lookahead.catchUp();
    const members: CompletionSources["members"] = async (path) => await this.#live.members(path);
    return completeCell(code, cursor, { split: this.#split, language, members, folder });
  }

  async inspect(code: string, cursor: Utf16, detail: 0 | 1): Promise<Inspection> {
    const { language } = this.#parts;
    this.#lookahead.catchUp();
    const describe: InspectionParts["describe"] = async (path) => await this.#live.describe(path);
    return await inspectCell({ code, cursor, detail }, { split: this.#split, language, describe });
  }

  /** Shows what is known of something in the client's pager, also while other cells compute. */
  async #answer({ code, detail }: Question, output: Output): Promise<ExecuteOutcome> {
    const { found, data } = await this.inspect(code, utf16Cursor(code, code.length), detail);
    if (found) return { status: "ok", payload: [{ source: "page", data, start: 0 }] };
    output.stream("stdout", `Nothing is known of "${code}".\n`);
    return { status: "ok" };
  }

  isComplete(code: string): Promise<Completeness> {
    return Promise.resolve(completenessOf(code, this.#split));
  }

  async interrupt(): Promise<void> {
    this.#check.giveUp();
    const stopped = [...this.#running.keys()];
    await this.#interruption.interrupt(() => {
      for (const id of this.#running.keys()) this.#outputs.get(id).stream("stderr", waitText);
    });
    // Cells are given up at once. One that is not has taken away what the main thread needs in order to say so.
    setTimeout(() => {
      for (const id of stopped) if (this.#running.has(id)) this.#post({ type: "give-up", id });
    }, giveUpMs).unref();
  }

  async shutdown(): Promise<void> {
    this.#check.giveUp();
    await this.#interruption.end(this.#ending);
    this.#debugging.close();
    await this.#parts.language.close();
  }

  async debug(request: JsonObject, tell: (event: JsonObject) => void): Promise<JsonObject> {
    return await this.#debugging.answer(request, tell);
  }

  async commOpened(opening: CommOpening, output: Output): Promise<boolean> {
    const handed = await this.#handComm("open", opening, output);
    return await handed.taken;
  }

  async commReceived(message: CommMessage, output: Output): Promise<void> {
    const handed = await this.#handComm("message", message, output);
    await handed.done;
  }

  async commClosed(message: CommMessage, output: Output): Promise<void> {
    const handed = await this.#handComm("close", message, output);
    await handed.done;
  }

  async #handComm(
    kind: "open" | "message" | "close",
    message: CommMessage | CommOpening,
    output: Output,
  ): Promise<ReturnType<CommRelay["hand"]>> {
    // Before that, nobody there would hear of it.
    await this.#interruption.ready;
    const id = (this.#lastId += 1);
    this.#outputs.openComm(id, output);
    return this.#comms.hand(id, { kind, message, output });
  }

  // Takes a cell to where the language service knows what it declares.
  async #start(
    execution: Execution,
    output: Output,
  ): Promise<{ readonly outcome: ExecuteOutcome | Promise<ExecuteOutcome> }> {
    const refused = await this.#check.refuse(execution, output);
    if (refused !== undefined) return { outcome: refused };
    // Before that, nobody there would hear of the cell.
    await this.#interruption.ready;
    const outcome = this.#evaluate(execution, output);
    // Meanwhile the main thread is at work.
    const { code, executionCount } = execution;
    const view = typescriptView(code, this.#split);
    const hasMagics = view.text !== code || view.epilogue !== "";
    // Questions are answered in order: whatever comes next is asked of a notebook with this cell.
    const show = (): void => void this.#parts.language.commit({ ...view, title: cellTitle(executionCount) });
    // What magics declare, or make it forget, counts when they have run.
    if (hasMagics) {
      await outcome;
      show();
    } else await this.#lookahead.whenWanted(outcome, show);
    return { outcome };
  }

  #evaluate(execution: Execution, output: Output): Promise<ExecuteOutcome> {
    const id = (this.#lastId += 1);
    this.#outputs.open(id, output);
    return new Promise<ExecuteOutcome>((resolve) => {
      this.#running.set(id, resolve);
      const { code, userExpressions, executionCount, storeHistory } = execution;
      this.#post({ type: "execute", id, task: { code, userExpressions, executionCount, storeHistory } });
    });
  }

  #receive(message: ToWorker): void {
    if (message.mark !== undefined) {
      this.#ring.upTo(message.mark);
      this.#captured?.drain();
    }
    switch (message.type) {
      case "printed":
        return this.#ring.read();
      case "ready":
        return this.#interruption.begin(message);
      case "output":
        return this.#outputs.call(message.id, message.call);
      case "executed":
        if (message.result !== undefined) this.#outputs.get(message.id).result(message.result);
        this.#running.get(message.id)?.(message.outcome);
        this.#running.delete(message.id);
        this.#debugging.cellEnded();
        return;
      case "comm-taken":
        return this.#comms.taken(message.id, message.isOpen);
      case "comm-done":
        return this.#comms.done(message.id);
      case "members":
      case "described":
        return this.#live.answer(message.request, message);
      case "ask":
        return void this.#ask(message);
      case "exit":
        this.#ending ??= {
          name: "Exit",
          code: "exit",
          message: `The kernel ends, because ${message.call} was called`,
        };
        return this.#parts.exit(message.code);
      case "processes":
        this.#interruption.builders = message.pids;
        return;
      case "forgot":
        return void (message.names === undefined
          ? this.#parts.language.reset()
          : this.#parts.language.forget(message.names));
      case "check":
        this.#check.mode = message.mode;
        return;
    }
  }

  async #ask({ id, request, prompt, password }: ToWorker & { type: "ask" }): Promise<void> {
    try {
      const line = await this.#outputs.get(id).input(prompt, password);
      this.#post({ type: "input", request, answer: { line } });
    } catch (error) {
      if (!isSessionError(error)) throw error;
      this.#post({ type: "input", request, answer: told(error) });
    }
  }

  #post(message: ToMain): void {
    this.#parts.port.postMessage(message);
  }
}

// The session's code is another copy, in the file that starts the thread.
function isSessionError(error: unknown): error is SessionError {
  return error instanceof Error && "code" in error;
}

function told({ name, code, message }: SessionError): Exclude<InputAnswer, { readonly line: string }> {
  return { name, code, message };
}

// How long what an interrupt has stopped is waited for.
const giveUpMs = 3000;

const waitText =
  "The interrupt waits for native code, which does not look for it (a long call, a file that blocks). If that does not end by itself, restart the kernel\n";
