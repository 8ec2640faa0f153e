// The kernel's process: `node main.js <connection file>`, as the kernel specification says. Cells run on this, the main
// thread; the worker thread speaks with Jupyter and with the language service.
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { builtinMagics, openSession } from "../../magics/index.ts";
import { CurrentOutput, createDisplay, createTslab, redirectStreams } from "../display/index.ts";
import { createEngine } from "../engine/engine.ts";
import { CellRunner } from "./cell-runner.ts";
import { packageRoot } from "./package.ts";
import { typescriptVersion } from "./scope.ts";
import type { WorkerStart } from "./worker.ts";

const [connectionFile] = process.argv.slice(2);
if (connectionFile === undefined) {
  process.stderr.write(
    "Usage: node main.js <connection file>. Jupyter starts the kernel; `lightnix install` tells it how.\n",
  );
  process.exit(2);
}

const folder = process.cwd();
const current = new CurrentOutput();
const display = createDisplay(current);
const engine = createEngine({
  folder,
  ...(process.env["JPY_SESSION_NAME"] === undefined ? {} : { file: process.env["JPY_SESSION_NAME"] }),
  provided: {
    lightnix: () => runner.lightnix(),
    "lightnix/display": () => import("../display/index.ts"),
    tslab: async () => createTslab(current, await typescriptVersion()),
  },
  ownRoot: pathToFileURL(`${packageRoot}/`).href,
});

const start: WorkerStart = { connectionFile, folder, interruptPort: engine.interruptPort };
const worker = new Worker(new URL("./worker.js", import.meta.url), {
  workerData: start,
  transferList: [engine.interruptPort],
  stdout: true,
  stderr: true,
});
// What the worker thread prints is about the kernel, and not of a cell.
worker.stdout.on("data", process.stdout.write.bind(process.stdout));
worker.stderr.on("data", process.stderr.write.bind(process.stderr));
const runner = new CellRunner({
  engine,
  current,
  display,
  port: worker,
  registry: builtinMagics,
  session: openSession(),
});

redirectStreams(current);
engine.watchUncaught((error) => runner.reportUncaught(error));
// Ctrl-C in a terminal reaches the whole process group; the client sends an interrupt_request when it means one.
process.on("SIGINT", () => undefined);
worker.on("error", (error) => {
  process.stderr.write(
    `The kernel's session ended: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
});
worker.on("exit", (code) => process.exit(code));
engine.warmUp();
