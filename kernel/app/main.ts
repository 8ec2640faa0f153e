// The kernel's process: `node main.cjs <connection file>`, as the kernel specification says. Cells run on this, the main
// thread; the worker thread speaks with Jupyter and with the language service. It is started first, and binds its sockets
// while this thread loads.
import { Worker } from "node:worker_threads";
import { captureDescriptors } from "../display/descriptors.ts";
import { ringMemory } from "./output-ring.ts";
import type { ToMain } from "./port.ts";
import type { WorkerStart } from "./worker.ts";

const [connectionFile] = process.argv.slice(2);
if (connectionFile === undefined) {
  process.stderr.write(
    "Usage: node main.cjs <connection file>. Jupyter starts the kernel; `lightnix install` tells it how.\n",
  );
  process.exit(2);
}

const captured = captureDescriptors();
const start: WorkerStart = { connectionFile, folder: process.cwd(), ring: ringMemory(), captured };
const worker = new Worker(new URL("./worker.cjs", import.meta.url), {
  workerData: start,
  stdout: true,
  stderr: true,
  // What a message leaves behind is gone at once: more room for it would be 10 MB of memory, and no faster. Below 2 GB V8 lets
  // a heap grow to twice what is alive before it collects, above to four times: 50 MB of cells that are long over.
  resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 2000 },
});
// Cells get a process.exit and streams of their own; these are the real ones.
const exit = process.exit.bind(process);
const writeError = process.stderr.write.bind(process.stderr);
// What the worker thread prints is about the kernel, and not of a cell.
worker.stdout.on("data", writeError);
worker.stderr.on("data", writeError);
worker.on("error", (error) => {
  writeError(`The kernel ends: ${error instanceof Error ? error.message : String(error)}\n`);
  exit(1);
});
worker.on("exit", (code) => exit(code));
const bound = new Promise<void>((resolve) => {
  worker.on("message", (message: ToMain) => {
    if (message.type === "bound") resolve();
    if (message.type === "end") exit(message.code);
  });
});
// Ctrl-C in a terminal reaches the whole process group; the client sends an interrupt_request when it means one.
process.on("SIGINT", () => undefined);

// On two cores the first answer would come later if this thread did not wait: with loading until the worker thread has begun, with all
// else until its sockets are there.
const loaded = new Promise<void>((resolve) => worker.once("online", resolve)).then(
  () => import("./start-cells.ts"),
);
void Promise.all([loaded, bound]).then(([{ startCells }]) => startCells(worker, start));
