import { argv, exit, stderr } from "node:process";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { fileHistory, historyPath } from "../../../kernel/session/history-file.ts";
import { startSession } from "../../../kernel/session/start.ts";
import { readConnectionFile } from "../../../kernel/wire/connection.ts";
import { EchoEvaluator } from "./echo-evaluator.ts";

// A whole kernel with the echo evaluator, for clients of other makes: `node echo-kernel.js <connection file>`. As in the real
// kernel the session is in a worker, and the process ends as soon as the worker says that the session has.
if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { workerData: argv[2] });
  worker.once("message", () => exit(0));
} else {
  const session = await startSession({
    connection: readConnectionFile(String(workerData)),
    evaluator: new EchoEvaluator(),
    info: {
      implementation: "echo",
      implementationVersion: "1.0.0",
      languageVersion: "7.0.2",
      banner: "Echo",
    },
    history: fileHistory(historyPath("echo-kernel")),
    log: (level, message) => stderr.write(`${level}: ${message}\n`),
  });
  const how = await session.closed;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- this port is a thread's, not a window's
  parentPort?.postMessage(how);
}
