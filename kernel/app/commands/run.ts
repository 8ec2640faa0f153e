import { accessSync, constants } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { makeFolders } from "../../../core/store/make-folders.ts";
import { messageOf } from "../../wire/json.ts";
import { defineCommand, type Command } from "../command.ts";
import { AppError } from "../errors.ts";
import { writeNotebook, type Notebook } from "../notebook.ts";
import { chartKinds } from "../page/charts.ts";
import { findLibraries } from "../page/libraries.ts";
import { notebookPage } from "../page/page.ts";
import { readParameters } from "../parameters/read.ts";
import { closingLine, showProgress } from "../progress.ts";
import { runNotebook } from "../run.ts";
import { wantsColours } from "../terminal/paint.ts";

/** `lightnix run` */
export const run: Command = defineCommand({
  name: "run",
  summary: "runs a notebook in a fresh kernel; needs neither Jupyter nor Python",
  usage: "<notebook> [options]",
  words: 1,
  more: `With -p, -f or -y, a cell behind the one that is tagged "parameters" sets variables which that one declares, and is checked as any
cell is; when none is tagged, a cell at the top declares them. A value is JSON, or else a string:

  lightnix run train.ipynb -p lr=0.01 -p name=adam -p 'layers=[64, 32]'

A page holds in itself what it needs: charts of Vega, Vega-Lite and Plotly are drawn by the packages vega, vega-lite (and vega-embed),
or plotly.js-dist-min, as they are installed for the notebook. It exits with 1 when a cell fails.`,
  options: {
    parameter: { type: "pairs", short: "p", value: "NAME=VALUE", help: "a variable to set; may be repeated" },
    "parameters-file": {
      type: "string",
      short: "f",
      value: "FILE",
      help: "variables to set, a JSON object in a file",
    },
    "parameters-json": {
      type: "string",
      short: "y",
      value: "JSON",
      help: "variables to set, a JSON object",
    },
    output: {
      type: "string",
      short: "o",
      value: "FILE",
      help: "the executed notebook (<notebook>.out.ipynb)",
    },
    html: { type: "string", value: "FILE", help: "and a page of it, for a browser" },
    timeout: { type: "string", value: "SECONDS", help: "how long one cell may take" },
    "keep-going": { type: "boolean", help: "go on after a cell that fails" },
  },
  async run(options, [path = ""]) {
    const output = options.output ?? `${path.replace(/\.ipynb$/, "")}.out.ipynb`;
    for (const file of [output, options.html]) if (file !== undefined) prepareFolder(file);
    const parameters = await readParameters({
      json: options["parameters-json"],
      file: options["parameters-file"],
      values: options.parameter,
    });
    const interrupted = abortOnSignals();
    const started = performance.now();
    const { failure, notebook, ...counts } = await runNotebook(path, {
      signal: interrupted.signal,
      ...(parameters && { parameters }),
      keepGoing: options["keep-going"] === true,
      report: showProgress(process.stdout),
      ...(options.timeout !== undefined && { cellTimeoutMs: seconds(options.timeout) }),
    });
    await writeNotebook(output, notebook);
    if (options.html !== undefined) await writePage(options.html, notebook, path);
    if (failure) {
      const trace = traceOf(failure);
      const shown = wantsColours(process.stderr, process.env) ? trace : stripVTControlCharacters(trace);
      process.stderr.write(`\nCell ${failure.cell} failed:\n${shown}\n`);
    }
    const files = options.html === undefined ? [output] : [output, options.html];
    process.stdout.write(closingLine({ ...counts, ms: performance.now() - started, files }));
    if (interrupted.signal.aborted) return 130;
    return failure ? 1 : 0;
  },
});

/** Writes the page of a notebook that was read from `path`, and says when it lacks what draws its charts. */
async function writePage(file: string, notebook: Notebook, path: string): Promise<void> {
  const { libraries, missing } = await findLibraries(chartKinds(notebook), dirname(resolve(path)));
  await writeFile(file, notebookPage(notebook, { title: basename(path), libraries }));
  if (missing.length === 0) return;
  const text = `Charts are not drawn in "${file}": ${missing.join(" and ")} cannot be found from "${dirname(resolve(path))}". Install with: npm install ${missing.join(" ")}`;
  process.stderr.write(`${text}\n`);
}

/** Makes the folder of a result now: that it cannot be written must not come out after hours of work. */
function prepareFolder(file: string): void {
  const folder = dirname(resolve(file));
  try {
    makeFolders(folder);
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const text = `Cannot write "${file}": ${messageOf(cause)}. Nothing was run`;
    throw new AppError("unwritable-output", text, { file }, { cause });
  }
}

/** The first Ctrl-C interrupts the cell, so that what ran is still written; the next one ends this process. */
function abortOnSignals(): AbortController {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort());
  return controller;
}

function seconds(text: string): number {
  const value = Number(text);
  if (value > 0) return value * 1000;
  throw new AppError("bad-usage", `Cannot use --timeout "${text}": it must be a number of seconds above 0`);
}

function traceOf(failure: { ename: string; evalue: string; traceback: readonly string[] }): string {
  return failure.traceback.join("\n") || `${failure.ename}: ${failure.evalue}`;
}
