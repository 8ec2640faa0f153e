import { setTimeout as delay } from "node:timers/promises";
import { CellClock } from "../../magics/cell-clock.ts";
import { installClock, installRunner } from "../../magics/install-runner.ts";
import type { MagicRegistry, MagicRunner } from "../../magics/index.ts";
import { prepareCell } from "../../magics/parse.ts";
import { isDisplayHandle, toBundle } from "../display/index.ts";
import type { CellOutput, CurrentOutput, Display, MimeBundle, ShownBundle } from "../display/index.ts";
import { isComplete } from "../engine/completeness.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/errors.ts";
import type { Outcome } from "../engine/outcome.ts";
import type { Display as DisplayMessage, ExecuteOutcome, Execution } from "../session/evaluator.ts";
import type { ErrorContent, ExpressionResult, Payload } from "../wire/messages.ts";
import { AppError } from "./errors.ts";
import { cellTitle } from "./cell-title.ts";
import { CommRunner } from "./comm-runner.ts";
import { createHost } from "./host.ts";
import { mayNameStages, mayUseStages } from "./needs-stages.ts";
import { Prompts } from "./prompts.ts";
import { sizeOf } from "./message-size.ts";
import type { RingWriter } from "./output-ring.ts";
import type { CellId, OutputCall, ToMain, ToWorker } from "./port.ts";
import { StagesOnDemand } from "./stages-on-demand.ts";

/** What a {@link CellRunner} works with. */
export interface RunnerParts {
  readonly engine: Engine;
  readonly current: CurrentOutput;
  readonly display: Display;
  /** Leads to the worker thread. */
  readonly port: Port;
  /** Takes what cells print. */
  readonly printed: RingWriter;
  readonly registry: MagicRegistry;
}

/** One end of what joins the two threads. */
export interface Port {
  postMessage(message: ToWorker, transfer?: readonly ArrayBuffer[]): void;
  on(event: "message", listener: (message: ToMain) => void): unknown;
}

/** Runs cells on the main thread; those of subshells beside the others, whenever these await: magics, evaluation, the view of the result. */
export class CellRunner {
  readonly #parts: RunnerParts;
  readonly #magics: MagicRunner;
  readonly #stages: StagesOnDemand;
  readonly #prompts: Prompts;
  readonly #comms: CommRunner;
  /** What the outputs of cells, and of comms' messages, go by. */
  readonly #ids = new WeakMap<CellOutput, CellId>();
  readonly #magicsUnderWay = new Set<Promise<void>>();
  /** What running cells want to have shown in the pager. */
  readonly #pages = new WeakMap<object, Payload[]>();
  readonly #clocks = new WeakMap<object, CellClock>();

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#prompts = new Prompts((message) => this.#post(message));
    const { current, engine } = parts;
    this.#comms = new CommRunner({
      engine,
      post: (message, transfer) => this.#post(message, transfer),
      owner: () => this.#owner(),
      request: () => this.#prompts.cell ?? this.#owner(),
      keepPlace: () => current.keep(),
      during: (id, run) => current.runBeside(this.#output(id), () => this.#prompts.during(id, run)),
    });
    const kernelNames = this.#kernelNames();
    const host = createHost({
      ...parts,
      kernelNames,
      forgot: (names) => this.#post({ type: "forgot", ...(names && { names }) }),
      page: (data) => {
        const cell = engine.currentCell;
        if (cell !== undefined) this.#pages.get(cell)?.push({ source: "page", data, start: 0 });
      },
    });
    this.#stages = new StagesOnDemand({ ...parts, host });
    this.#magics = this.#watched({
      line: async (...call) => await (await this.#stages.magics()).line(...call),
      cell: async (prepared) => await (await this.#stages.magics()).cell(prepared),
    });
    installRunner(this.#magics);
    installClock((act) => {
      const clock = engine.currentCell && this.#clocks.get(engine.currentCell);
      if (act === "start") clock?.start();
      else current.print("stdout", clock?.stop() ?? "");
    });
    for (const [name, value] of Object.entries(kernelNames)) engine.provide(name, value);
    parts.port.on("message", (message) => this.#receive(message));
  }

  /** The module "lightnix" as cells import it. */
  async lightnix(): Promise<object> {
    return (await this.#stages.open()).module;
  }

  /** The module "lightnix/comms" as cells import it. */
  get comms(): object {
    return this.#comms.comms;
  }

  /** The module "lightnix/widgets" as cells import it. */
  get widgets(): object {
    return this.#comms.widgets;
  }

  /** Shows an error that nobody caught, in the cell whose code threw it. */
  reportUncaught(error: unknown): void {
    const report = (): void => {
      const { traceback } = this.#parts.engine.traceback(error);
      this.#parts.current.print("stderr", `${traceback.join("\n")}\n`);
    };
    try {
      report();
    } catch {
      this.#parts.engine.restoreBuiltins();
      report();
    }
  }

  /**
   * What `process.exit` and `process.abort` are for cells: the client is told, the sockets are closed, and then the process ends.
   *
   * @throws AppError `exit` so that the code that called it does not go on
   */
  exit(code: number | string | null | undefined, call?: string): never {
    const exitCode = Number(code ?? process.exitCode ?? 0);
    if (!Number.isInteger(exitCode))
      throw new TypeError(`Cannot exit with code "${code}": it is no whole number`);
    const called = call ?? `process.exit(${exitCode})`;
    this.#post({ type: "exit", code: exitCode, call: called });
    throw new AppError("exit", `The kernel ends, because the cell called ${called}`);
  }

  #receive(message: ToMain): void {
    switch (message.type) {
      case "execute":
        return void this.#execute(message.id, message.execution);
      case "members": {
        const { request, path } = message;
        return this.#post({ type: "members", request, members: this.#parts.engine.members(path) });
      }
      case "describe": {
        const { request, path } = message;
        return this.#post({ type: "described", request, value: this.#parts.engine.describe(path) });
      }
      case "comm":
        return void this.#comms.receive(message.id, message.act);
      case "input":
        return this.#prompts.answer(message.request, message.answer);
      case "give-up":
        return this.#giveUp(message.id, undefined);
      case "bound":
      case "end":
        // These are for the module that started the worker thread, and ends the process.
        return;
    }
  }

  async #execute(id: CellId, execution: Execution): Promise<void> {
    const { current } = this.#parts;
    const before = this.#stages.opened?.check ?? "strict";
    try {
      const ended = await current.run(this.#output(id), async () => {
        const reached = await this.#outcome(id, execution);
        this.#comms.flush();
        return reached;
      });
      const { check: mode = before } = this.#stages.opened ?? {};
      if (mode !== before) this.#post({ type: "check", mode });
      this.#post({ type: "executed", id, ...ended });
    } catch (error) {
      this.#giveUp(id, error);
    }
  }

  // The client waits for a reply, whatever becomes of the outcome: it may hold what cannot be sent between threads, or the cell
  // has taken away what the kernel itself is made of.
  #giveUp(id: CellId, error: unknown): void {
    const changed = this.#parts.engine.restoreBuiltins();
    const evalue = changed.length > 0 ? changedText(changed) : replyText(error);
    const outcome = {
      status: "error",
      ename: "ReplyError",
      evalue,
      traceback: [`ReplyError: ${evalue}`],
    } as const;
    this.#post({ type: "executed", id, outcome });
  }

  async #outcome(id: CellId, execution: Execution): Promise<Ended> {
    const { engine } = this.#parts;
    const options = { name: cellTitle(execution.executionCount), source: execution.code };
    const clock = new CellClock();
    try {
      return await engine.cell(options, (cell) =>
        this.#prompts.during(id, async (): Promise<Ended> => {
          this.#clocks.set(cell, clock);
          try {
            return await this.#run(id, execution, clock);
          } catch (thrown) {
            if (isUnanswered(thrown)) throw thrown;
            // Within the cell: what it threw may compute without end when it is looked at.
            return { outcome: { status: "error", ...this.#errorContent(thrown) } };
          }
        }),
      );
    } catch (thrown) {
      if (isUnanswered(thrown)) throw thrown;
      this.#stages.abandon();
      await this.#untilMagicsStopped();
      return { outcome: { status: "error", ...this.#errorContent(thrown) } };
    } finally {
      this.#tellTimes(clock);
    }
  }

  // An interrupted cell is given up at once, while its magics still clean up and show in the cell how they ended.
  async #untilMagicsStopped(): Promise<void> {
    await Promise.race([
      Promise.allSettled(this.#magicsUnderWay),
      delay(cleanUpMs, undefined, { ref: false }),
    ]);
  }

  #tellTimes(clock: CellClock): void {
    const text = clock.stopAll();
    if (text !== "") this.#parts.current.print("stdout", text);
  }

  async #run(id: CellId, { code, userExpressions }: Execution, clock: CellClock): Promise<Ended> {
    const pages: Payload[] = [];
    const { currentCell } = this.#parts.engine;
    if (currentCell !== undefined) this.#pages.set(currentCell, pages);
    const prepared = prepareCell(code, { isComplete, registry: this.#parts.registry });
    let result: DisplayMessage | undefined;
    switch (prepared.kind) {
      case "error":
        throw prepared.error;
      case "cell-magic":
        startClocks(clock, prepared.clocks);
        await this.#magics.cell(prepared.cell);
        this.#tellTimes(clock);
        break;
      case "code": {
        if (mayUseStages(prepared.text)) await this.#stages.open();
        startClocks(clock, prepared.clocks);
        const outcome = await this.#evaluate(prepared.text);
        this.#tellTimes(clock);
        result = await this.#resultOf(outcome);
      }
    }
    const hasMore = Object.keys(userExpressions).length > 0;
    // These may show something themselves, and be interrupted.
    if (hasMore && result !== undefined)
      this.#post({ type: "output", id, call: { kind: "result", display: result } });
    const outcome: ExecuteOutcome = {
      status: "ok",
      userExpressions: await this.#evaluateEach(userExpressions),
      payload: pages,
    };
    return hasMore || result === undefined ? { outcome } : { outcome, result };
  }

  async #evaluate(text: string): Promise<Evaluated> {
    const outcome = await this.#parts.engine.evaluate(text);
    if (outcome.status === "error") throw outcome.thrown;
    return outcome;
  }

  async #resultOf(outcome: Evaluated): Promise<DisplayMessage | undefined> {
    if (!outcome.hasValue || isDisplayHandle(outcome.value)) return undefined;
    return { data: await this.#bundle(outcome.value) };
  }

  async #evaluateEach(
    expressions: Readonly<Record<string, string>>,
  ): Promise<Record<string, ExpressionResult>> {
    const results: Record<string, ExpressionResult> = {};
    for (const [name, expression] of Object.entries(expressions)) {
      if (mayUseStages(expression)) await this.#stages.open();
      const outcome = await this.#parts.engine.evaluate(expression, { name: `[user_expressions ${name}]` });
      results[name] =
        outcome.status === "error"
          ? { status: "error", ...this.#errorContent(outcome.thrown) }
          : { status: "ok", metadata: {}, data: await this.#bundle(outcome.value) };
    }
    return results;
  }

  /** How a value is shown: as one of core's objects, or as any other. */
  async #bundle(value: unknown): Promise<MimeBundle> {
    const stages = mayNameStages(value) ? await this.#stages.open() : this.#stages.opened;
    return (await stages?.render(value)) ?? (await toBundle(value));
  }

  #errorContent(thrown: unknown): ErrorContent {
    return this.#parts.engine.traceback(thrown);
  }

  #owner(): CellId {
    const output = this.#parts.current.cell();
    return (output && this.#ids.get(output)) ?? noCell;
  }

  #output(id: CellId): CellOutput {
    const call = (one: OutputCall): void => this.#post({ type: "output", id, call: one });
    const output: CellOutput = {
      stream: (name, text) => this.#parts.printed.text(id, name, text),
      display: (shown) =>
        call({ kind: shown.isUpdate === true ? "updateDisplay" : "display", display: onWire(shown) }),
      clear: (wait) => call({ kind: "clear", wait }),
    };
    this.#ids.set(output, id);
    return output;
  }

  #watched(runner: MagicRunner): MagicRunner {
    const watch = async (effect: Promise<void>): Promise<void> => {
      this.#magicsUnderWay.add(effect);
      try {
        await effect;
      } finally {
        this.#magicsUnderWay.delete(effect);
      }
    };
    return {
      line: (...call) => watch(runner.line(...call)),
      cell: (prepared) => watch(runner.cell(prepared)),
    };
  }

  /** What cells have from the kernel itself; `kernelDeclarations` tells the types. */
  #kernelNames(): Readonly<Record<string, unknown>> {
    const { current, display } = this.#parts;
    return {
      display,
      clearOutput: ({ wait = false }: { wait?: boolean } = {}) => current.get()?.clear(wait),
      input: (prompt = "") => this.#prompts.ask(String(prompt), false),
      password: (prompt = "") => this.#prompts.ask(String(prompt), true),
    };
  }

  // In its place among what the cell prints.
  #post(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    const { port, printed } = this.#parts;
    if (message.type === "output" || message.type === "executed") printed.early(message.id);
    const mark = printed.mark(sizeOf(message));
    try {
      port.postMessage({ ...message, mark }, transfer);
    } catch (error) {
      // A bundle may hold what cannot be sent between threads: a function in a Vega specification.
      const isShown = message.type === "output" || (message.type === "executed" && message.result);
      if (!isShown) throw error;
      const why = error instanceof Error ? error.message : String(error);
      port.postMessage({ type: "printed", mark });
      printed.text(message.id, "stderr", `Cannot show an output: ${why}\n`);
      if (message.type === "executed")
        this.#post({ type: "executed", id: message.id, outcome: message.outcome });
    }
  }
}

/** How a cell ended, and what it resulted in. */
interface Ended {
  readonly outcome: ExecuteOutcome;
  readonly result?: DisplayMessage;
}

type Evaluated = Extract<Outcome, { readonly status: "ok" }>;

function startClocks(clock: CellClock, count: number): void {
  for (let index = 0; index < count; index += 1) clock.start();
}

function isUnanswered(thrown: unknown): boolean {
  return thrown instanceof EngineError && thrown.code === "unanswered";
}

function replyText(error: unknown): string {
  return error instanceof Error ? error.message : "The reply could not be made";
}

function changedText(changed: readonly string[]): string {
  const more = changed.length > 5 ? ` and ${changed.length - 5} more` : "";
  return (
    `Cannot go on with the cell: code has changed ${changed.slice(0, 5).join(", ")}${more}, which the kernel itself needs. ` +
    "That is now as it was; variables keep their values"
  );
}

// Stands for the latest cell.
const noCell: CellId = 0;

// How long an interrupt waits for that.
const cleanUpMs = 1000;

function onWire({ bundle, metadata, displayId }: ShownBundle): DisplayMessage {
  return { data: bundle, metadata, transient: displayId === undefined ? {} : { display_id: displayId } };
}
