// An engine with a worker thread that interrupts it, for tests of interrupts: a process of its own, with the compiled engine.
//   node engine-process.mjs <folder of the project> <notebook folder>
// Lines of JSON come in and go out: {evaluate, afterMs?} -> {status, ename, trace, value, interruptMs}; {interrupt: true} -> {interruptMs}.
// The time to an interrupt counts from the call of begin(), if the cell or a module calls it, which {begins: true} says; else from the start.
import { createInterface } from "node:readline";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { pathToFileURL } from "node:url";

const project = isMainThread ? process.argv[2] : workerData.project;
const ownRoot = pathToFileURL(`${project}/`).href;
const engineFolder = pathToFileURL(`${project}/dist/kernel/engine/`);

if (isMainThread) await evaluateLines();
else await interruptOnRequest();

async function evaluateLines() {
  const { createEngine } = await import(new URL("engine.js", engineFolder).href);
  const engine = createEngine({ folder: process.argv[3], ownRoot, colours: false });
  engine.define("loadOwn", (path) => import(path));
  let begin = () => undefined;
  engine.define("begin", () => begin());
  engine.define("cellSignal", () => engine.currentCell.signal);
  engine.watchUncaught((error) => say({ uncaught: error.message, cell: engine.currentCell?.name }));
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { project, port: engine.interruptPort },
    transferList: [engine.interruptPort],
  });
  await answer(worker);
  say({ ready: true });
  let count = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    const interrupted = request.afterMs === undefined && !request.interrupt ? undefined : answer(worker);
    const interrupt = () => {
      begin = () => undefined;
      worker.postMessage(request.afterMs ?? 0);
    };
    if (request.begins) begin = interrupt;
    else if (interrupted !== undefined) interrupt();
    const outcome =
      request.evaluate === undefined
        ? {}
        : described(engine, await engine.evaluate(request.evaluate, { name: `[${++count}]` }));
    say({ ...outcome, interruptMs: await interrupted });
  }
  process.exit();
}

async function answer(worker) {
  return await new Promise((resolve) => worker.once("message", resolve));
}

function described(engine, outcome) {
  if (outcome.status === "ok") return { status: "ok", value: outcome.value };
  const { ename, traceback } = engine.traceback(outcome.thrown);
  return { status: "error", ename, trace: traceback.join("\n") };
}

async function interruptOnRequest() {
  const { createInterrupter } = await import(new URL("interrupter.js", engineFolder).href);
  const interrupter = createInterrupter({ port: workerData.port });
  parentPort.on("message", async (afterMs) => {
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const start = performance.now();
    await interrupter.interrupt();
    parentPort.postMessage(performance.now() - start);
  });
  parentPort.postMessage("ready");
}

function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
