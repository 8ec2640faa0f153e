import { CellClock } from "../../magics/cell-clock.ts";
import { installClock, installRunner } from "../../magics/install-runner.ts";
import type { UncaughtFrom } from "../engine/uncaught.ts";
import type { MagicRegistry, MagicRunner } from "../../magics/index.ts";
import { prepareCell } from "../../magics/parse.ts";
import type { CurrentOutput, Display, MimeBundle } from "../display/index.ts";
import { isComplete } from "../engine/completeness.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError, Interrupted } from "../engine/errors.ts";
import type { Display as DisplayMessage, ExecuteOutcome } from "../session/evaluator.ts";
import type { Payload } from "../wire/contents/execute.ts";
import { AppError } from "./errors.ts";
import { cellTitle } from "./cell-title.ts";
import { BoundResults } from "./bound-results.ts";
import { CellOutputs } from "./cell-outputs.ts";
import { CommRunner } from "./comm-runner.ts";
import { Evaluation } from "./evaluation.ts";
import { createHost } from "./host.ts";
import { MagicsUnderWay } from "./magics-under-way.ts";
import { namesOfKernel } from "./kernel-names.ts";
import { Prompts } from "./prompts.ts";
import { postInPlace, type Port, type Post } from "./post.ts";
import { replyError } from "./reply-error.ts";
import { reportUncaught } from "./report-uncaught.ts";
import type { RingWriter } from "./output-ring.ts";
import type { CellId, Task, ToMain } from "./port.ts";
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

/** Runs cells on the main thread; those of subshells beside the others, whenever these await: magics, evaluation, the view of the result. */
export class CellRunner {
  readonly #parts: RunnerParts;
  readonly #post: Post;
  readonly #magics: MagicRunner;
  readonly #stages: StagesOnDemand;
  readonly #prompts: Prompts;
  readonly #comms: CommRunner;
  readonly #outputs: CellOutputs;
  readonly #results: BoundResults;
  readonly #evaluation: Evaluation;
  readonly #magicsUnderWay = new MagicsUnderWay();
  /** What running cells want to have shown in the pager. */
  readonly #pages = new WeakMap<object, Payload[]>();
  readonly #clocks = new WeakMap<object, CellClock>();

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#post = postInPlace(parts);
    this.#outputs = new CellOutputs({ ...parts, post: this.#post });
    this.#prompts = new Prompts((message) => this.#post(message));
    const { current, engine } = parts;
    this.#comms = new CommRunner({
      engine,
      post: (message, transfer) => this.#post(message, transfer),
      owner: () => this.#outputs.owner(),
      request: () => this.#prompts.cell ?? this.#outputs.owner(),
      keepPlace: () => current.keep(),
      during: (id, run) => current.runBeside(this.#outputs.of(id), () => this.#prompts.during(id, run)),
    });
    this.#results = new BoundResults(engine);
    const kernelNames = namesOfKernel({ ...parts, prompts: this.#prompts });
    const host = createHost({
      ...parts,
      kernelNames,
      forgot: (names) => {
        if (names === undefined) this.#results.clear();
        this.#post({ type: "forgot", ...(names && { names }) });
      },
      inputs: () => this.#results.inputs(),
      page: (data) => {
        const cell = engine.currentCell;
        if (cell !== undefined) this.#pages.get(cell)?.push({ source: "page", data, start: 0 });
      },
    });
    this.#stages = new StagesOnDemand({ ...parts, host });
    this.#evaluation = new Evaluation({ engine, stages: this.#stages, results: this.#results });
    this.#magics = this.#magicsUnderWay.watched({
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

  /** The view of one of core's objects, for `display`; nothing for any other value. */
  viewOf(value: unknown): Promise<MimeBundle> | undefined {
    const { opened } = this.#stages;
    return opened?.hasView(value) === true ? this.#evaluation.bundle(value) : undefined;
  }

  /** Shows an error that nobody caught, in the cell whose code threw it. */
  reportUncaught(error: unknown, thrown: UncaughtFrom): void {
    reportUncaught(this.#parts, { error, thrown });
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
    const { engine } = this.#parts;
    switch (message.type) {
      case "execute":
        return void this.#execute(message.id, message.task);
      case "members":
        this.#results.bind(message.path[0]);
        return this.#post({
          type: "members",
          request: message.request,
          members: engine.members(message.path),
        });
      case "describe":
        this.#results.bind(message.path[0]);
        return this.#post({
          type: "described",
          request: message.request,
          value: engine.describe(message.path),
        });
      case "comm":
        return void this.#comms.receive(message.id, message.act);
      case "input":
        return this.#prompts.answer(message.request, message.answer);
      case "give-up":
        return this.#giveUp(message.id, new Interrupted());
      case "bound":
      case "end":
        // These are for the module that started the worker thread, and ends the process.
        return;
    }
  }

  async #execute(id: CellId, task: Task): Promise<void> {
    const { current } = this.#parts;
    const before = this.#stages.opened?.check ?? "strict";
    try {
      const ended = await current.run(this.#outputs.of(id), async () => {
        const reached = await this.#outcome(id, task);
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
    this.#post({ type: "executed", id, outcome: replyError(changed, error) });
  }

  async #outcome(id: CellId, task: Task): Promise<Ended> {
    const { engine } = this.#parts;
    const options = { name: cellTitle(task.executionCount), source: task.code };
    const clock = new CellClock();
    try {
      return await engine.cell(options, (cell) =>
        this.#prompts.during(id, async (): Promise<Ended> => {
          this.#clocks.set(cell, clock);
          try {
            return await this.#run(id, task, clock);
          } catch (thrown) {
            if (isUnanswered(thrown)) throw thrown;
            // Within the cell: what it threw may compute without end when it is looked at.
            return { outcome: { status: "error", ...this.#parts.engine.traceback(thrown) } };
          }
        }),
      );
    } catch (thrown) {
      if (isUnanswered(thrown)) throw thrown;
      this.#stages.abandon();
      // The cell is given up at once, while its magics still clean up and show in it how they ended.
      await this.#magicsUnderWay.untilStopped();
      return { outcome: { status: "error", ...this.#parts.engine.traceback(thrown) } };
    } finally {
      this.#tellTimes(clock);
    }
  }

  #tellTimes(clock: CellClock): void {
    const text = clock.stopAll();
    if (text !== "") this.#parts.current.print("stdout", text);
  }

  async #run(id: CellId, task: Task, clock: CellClock): Promise<Ended> {
    const { code, userExpressions, executionCount, storeHistory } = task;
    if (storeHistory) this.#results.addInput(executionCount, code);
    const pages: Payload[] = [];
    const { currentCell } = this.#parts.engine;
    if (currentCell !== undefined) this.#pages.set(currentCell, pages);
    const prepared = prepareCell(code, { isComplete, registry: this.#parts.registry });
    let result: DisplayMessage | undefined;
    switch (prepared.kind) {
      case "error":
        throw prepared.error;
      case "cell-magic":
        clock.start(prepared.clocks);
        await this.#magics.cell(prepared.cell);
        this.#tellTimes(clock);
        break;
      case "code": {
        await this.#evaluation.provideFor(prepared.text);
        clock.start(prepared.clocks);
        const outcome = await this.#evaluation.run(prepared.text);
        this.#tellTimes(clock);
        result = await this.#evaluation.resultOf(outcome);
        if (storeHistory && result !== undefined) this.#results.add(executionCount, outcome.value);
      }
    }
    const unshown = this.#parts.current.allShown();
    if (unshown !== undefined) await unshown;
    const hasMore = Object.keys(userExpressions).length > 0;
    // These may show something themselves, and be interrupted.
    if (hasMore && result !== undefined)
      this.#post({ type: "output", id, call: { kind: "result", display: result } });
    const outcome: ExecuteOutcome = {
      status: "ok",
      userExpressions: await this.#evaluation.each(userExpressions),
      payload: pages,
    };
    return hasMore || result === undefined ? { outcome } : { outcome, result };
  }
}

/** How a cell ended, and what it resulted in. */
interface Ended {
  readonly outcome: ExecuteOutcome;
  readonly result?: DisplayMessage;
}

function isUnanswered(thrown: unknown): boolean {
  return thrown instanceof EngineError && thrown.code === "unanswered";
}
