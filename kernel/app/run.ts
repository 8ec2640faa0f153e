import { dirname, resolve } from "node:path";
import { isJsonObject, messageOf } from "../wire/json.ts";
import type { JsonObject } from "../wire/json.ts";
import type { ErrorContent } from "../wire/contents/outcome.ts";
import type { Payload } from "../wire/contents/execute.ts";
import type { Published } from "./client.ts";
import { AppError } from "./errors.ts";
import { hasTag, readNotebook, textOf, type Cell, type Notebook } from "./notebook.ts";
import { NotebookOutputs } from "./outputs.ts";
import { injectParameters } from "./parameters/inject.ts";
import { spawnKernel, type SpawnedKernel } from "./spawn.ts";
import { WidgetStates } from "./widget-states.ts";

/** How a notebook is run. */
export interface RunOptions {
  /** The command of another kernel than Lightnix's own. */
  readonly argv?: readonly string[];
  /** Environment variables of the kernel, on top of those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** What variables are set to, see {@link injectParameters}. */
  readonly parameters?: JsonObject;
  /** How long one cell may take; no limit by default. */
  readonly cellTimeoutMs?: number;
  /** Goes on after a cell that fails. */
  readonly keepGoing?: boolean;
  /** Interrupts the cell that runs, and runs no more. */
  readonly signal?: AbortSignal;
  /** Told of each step, for a display of progress. */
  readonly report?: (event: RunEvent) => void;
}

/** A step of a run. Cells that are run are counted from 1. */
export type RunEvent =
  /** Parameters were given, and no cell has the tag `parameters`: a cell at the top declares them. */
  | { readonly type: "untagged" }
  | { readonly type: "ready"; readonly cells: number }
  | { readonly type: "started"; readonly cell: number; readonly source: string }
  | { readonly type: "published"; readonly cell: number; readonly published: Published }
  | { readonly type: "finished"; readonly cell: number; readonly ms: number; readonly failed: boolean };

/** What a run came to. */
export interface RunResult {
  /** The notebook with the outputs of this run, as far as it got. */
  readonly notebook: Notebook;
  /** How many cells there are to run. */
  readonly cells: number;
  /** How many cells ran. */
  readonly ran: number;
  /** How many of them failed where that was not expected. */
  readonly failed: number;
  /** The first cell that failed where that was not expected, unless all went well. */
  readonly failure?: ErrorContent & { readonly cell: number; readonly source: string };
}

// An interrupted cell may tidy up so long before its kernel is ended.
const INTERRUPT_GRACE_MS = 5000;

/**
 * Runs all code cells of a notebook file in a fresh kernel, in the notebook's folder. Cells tagged `skip-execution` are left
 * out, those tagged `raises-exception` may fail. A cell that fails is a result, not an exception.
 *
 * Source: nbclient, and papermill for going on after failures.
 *
 * @throws {AppError} `unreadable-notebook`, what {@link injectParameters} throws, or `kernel-died` and `kernel-silent` when the kernel does not start
 */
export async function runNotebook(path: string, options: RunOptions = {}): Promise<RunResult> {
  const notebook = parameterized(await readNotebook(path), options);
  const kernel = await spawnKernel({
    folder: dirname(resolve(path)),
    env: { JPY_SESSION_NAME: resolve(path), ...options.env },
    ...(options.argv && { argv: options.argv }),
  });
  try {
    return await new Run(notebook, kernel, options).all();
  } finally {
    await kernel.stop();
  }
}

function parameterized(notebook: Notebook, { parameters, report }: RunOptions): Notebook {
  if (parameters === undefined) return notebook;
  const injected = injectParameters(notebook, parameters);
  if (!injected.isTagged) report?.({ type: "untagged" });
  return injected.notebook;
}

interface RunningCell {
  /** Where it stands among all cells. */
  readonly index: number;
  /** Counted from 1 among those that run. */
  readonly number: number;
  readonly source: string;
  readonly mayFail: boolean;
}

class Run {
  readonly #notebook: Notebook;
  readonly #kernel: SpawnedKernel;
  readonly #options: RunOptions;
  readonly #outputs: NotebookOutputs = new NotebookOutputs();
  readonly #widgets: WidgetStates = new WidgetStates();
  readonly #counts: Map<number, number> = new Map();

  constructor(notebook: Notebook, kernel: SpawnedKernel, options: RunOptions) {
    this.#notebook = notebook;
    this.#kernel = kernel;
    this.#options = options;
  }

  async all(): Promise<RunResult> {
    const cells = cellsToRun(this.#notebook);
    this.#report({ type: "ready", cells: cells.length });
    let [ran, failed] = [0, 0];
    let failure: RunResult["failure"];
    await this.#asItsKernel();
    for (const cell of cells) {
      if (this.#options.signal?.aborted || this.#kernel.client.isClosed) break;
      if (failure && this.#options.keepGoing !== true) break;
      const error = await this.#run(cell);
      ran += 1;
      if (!error || cell.mayFail) continue;
      failed += 1;
      failure ??= { ...error, cell: cell.number, source: cell.source };
    }
    return { notebook: this.#executed(), cells: cells.length, ran, failed, ...(failure && { failure }) };
  }

  // What was written for tslab, which is not strict, or for its JavaScript, is checked as far as that goes.
  async #asItsKernel(): Promise<void> {
    if (this.#options.argv !== undefined) return;
    const kernelspec: unknown = this.#notebook.metadata["kernelspec"];
    const name = isJsonObject(kernelspec) ? kernelspec["name"] : undefined;
    const check = name === "tslab" ? "warn" : name === "jslab" ? "off" : undefined;
    if (check !== undefined) await this.#kernel.client.execute(`%check ${check}`, { silent: true });
  }

  async #run(cell: RunningCell): Promise<ErrorContent | undefined> {
    const started = performance.now();
    this.#report({ type: "started", cell: cell.number, source: cell.source });
    const error = await this.#execute(cell).catch((thrown: unknown) => this.#note(cell, thrown));
    const ms = performance.now() - started;
    this.#report({ type: "finished", cell: cell.number, ms, failed: error !== undefined });
    return error;
  }

  async #execute({ index, number, source }: RunningCell): Promise<ErrorContent | undefined> {
    const lift = this.#limit();
    try {
      const reply = await this.#kernel.client.execute(source, {
        onPublished: (published) => {
          this.#outputs.take(index, published);
          this.#widgets.take(published);
          this.#report({ type: "published", cell: number, published });
        },
      });
      if ("execution_count" in reply) this.#counts.set(index, reply.execution_count);
      if (reply.status === "ok") return this.#keepPages(index, reply.payload);
      return reply.status === "error" ? reply : { ename: "Aborted", evalue: "it was not run", traceback: [] };
    } finally {
      lift();
    }
  }

  /** What is shown in a pager where there is one stands in the notebook here, as there is nobody to show it to. */
  #keepPages(index: number, payload: readonly Payload[] | undefined): undefined {
    for (const one of payload ?? []) {
      if (one.source !== "page") continue;
      this.#outputs.take(index, {
        type: "display_data",
        content: { data: one.data, metadata: {}, transient: {} },
      });
    }
  }

  /** Interrupts what runs on abort or when its time is over, and gives the kernel up if that does not help. */
  #limit(): () => void {
    const { signal, cellTimeoutMs } = this.#options;
    const timeout = cellTimeoutMs === undefined ? undefined : AbortSignal.timeout(cellTimeoutMs);
    const limit = AbortSignal.any([signal, timeout].filter((one) => one !== undefined));
    let grace: NodeJS.Timeout | undefined;
    const end = (): void => {
      this.#kernel.client.request("interrupt_request").catch(() => {});
      const text = `Cannot end the cell: it did not obey an interrupt within ${INTERRUPT_GRACE_MS / 1000} s`;
      grace = setTimeout(
        () => this.#kernel.client.close(new AppError("cell-stuck", text)),
        INTERRUPT_GRACE_MS,
      );
    };
    limit.addEventListener("abort", end, { once: true });
    return () => {
      limit.removeEventListener("abort", end);
      clearTimeout(grace);
    };
  }

  /** Shows in the notebook, too, that a kernel died or was given up. */
  #note({ index }: RunningCell, thrown: unknown): ErrorContent {
    const [ename, evalue] = [thrown instanceof AppError ? thrown.code : "error", messageOf(thrown)];
    const content = { ename, evalue, traceback: evalue.split("\n") };
    this.#outputs.take(index, { type: "error", content });
    return content;
  }

  #report(event: RunEvent): void {
    this.#options.report?.(event);
  }

  #executed(): Notebook {
    const { cells, metadata } = this.#notebook;
    return {
      ...this.#notebook,
      metadata: { ...this.#widgets.in(metadata), language_info: this.#kernel.info.language_info },
      cells: cells.map((cell, index) => (cell.cell_type === "code" ? this.#withOutputs(cell, index) : cell)),
    };
  }

  #withOutputs(cell: Cell, index: number): Cell {
    return { ...cell, execution_count: this.#counts.get(index) ?? null, outputs: this.#outputs.of(index) };
  }
}

function cellsToRun(notebook: Notebook): RunningCell[] {
  return [...notebook.cells.entries()]
    .filter(([, cell]) => cell.cell_type === "code" && textOf(cell.source).trim() !== "")
    .filter(([, cell]) => !hasTag(cell, "skip-execution"))
    .map(([index, cell], at) => ({
      index,
      number: at + 1,
      source: textOf(cell.source),
      mayFail: hasTag(cell, "raises-exception"),
    }));
}
