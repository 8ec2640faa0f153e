import { pathToFileURL } from "node:url";
import { getHeapStatistics } from "node:v8";
import type { Worker } from "node:worker_threads";
import { builtinMagics } from "../../magics/builtin.ts";
import { CurrentOutput, createDisplay, createTslab, redirectStreams } from "../display/index.ts";
import { createEngine } from "../engine/engine.ts";
import { capturedReader } from "./captured-text.ts";
import { CellRunner } from "./cell-runner.ts";
import { knownValue } from "./known-value.ts";
import { packageRoot } from "./package.ts";
import { RingWriter } from "./output-ring.ts";
import type { ToWorker } from "./port.ts";
import { typescriptVersion } from "./versions.ts";
import type { WorkerStart } from "./worker.ts";

/** Makes this thread the one that cells run on, for the session in the worker thread. */
export function startCells(worker: Worker, { folder, ring, captured }: WorkerStart): void {
  const current = new CurrentOutput();
  const printed = new RingWriter(ring, {
    wake: () => worker.postMessage({ type: "printed" } satisfies ToWorker),
    ...(captured === undefined ? {} : { early: capturedReader(captured) }),
  });
  const engine = createEngine({
    folder,
    ...(process.env["JPY_SESSION_NAME"] === undefined ? {} : { file: process.env["JPY_SESSION_NAME"] }),
    provided: {
      lightnix: () => runner.lightnix(),
      "lightnix/display": () => import("../display/index.ts"),
      "lightnix/comms": () => Promise.resolve(runner.comms),
      "lightnix/widgets": () => Promise.resolve(runner.widgets),
      tslab: () => createTslab(current, typescriptVersion),
    },
    ownRoot: pathToFileURL(`${packageRoot}/`).href,
    knower: knownValue,
    viewOf: (value) => runner.viewOf(value),
  });
  engine.watchUncaught((error, thrown) => runner.reportUncaught(error, thrown));
  const runner = new CellRunner({
    engine,
    current,
    registry: builtinMagics,
    display: createDisplay(current, (value) => runner.viewOf(value)),
    port: worker,
    printed,
  });
  redirectStreams(current, { captured, settle: () => printed.settle() });
  process.exit = (code) => runner.exit(code);
  // The exit code of a process that a shell has seen to abort.
  process.abort = () => runner.exit(134, "process.abort()");
  const ready: ToWorker = {
    type: "ready",
    interruptPort: engine.interruptPort,
    heapLimitBytes: getHeapStatistics().heap_size_limit,
  };
  worker.postMessage(ready, [engine.interruptPort]);
}
