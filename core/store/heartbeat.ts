import { Worker } from "node:worker_threads";

// The text is run as it stands, so that it works from sources and from the compiled files alike.
const THREAD = `
const { lutimes } = require("node:fs");
require("node:worker_threads").parentPort.on("message", ({ path, everyMs }) => {
  setInterval(() => lutimes(path, new Date(), new Date(), () => {}), everyMs);
});
`;

let thread: Worker | undefined;

/**
 * Renews the time of a link again and again, as long as this process lives, so that other machines see that it does.
 * A thread does it, because a realizer may keep the main thread busy for hours.
 */
export function startHeartbeat(path: string, everyMs: number): void {
  thread ??= startThread();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
  thread.postMessage({ path, everyMs });
}

function startThread(): Worker {
  const worker = new Worker(THREAD, { eval: true, execArgv: [] });
  // Without it only other machines are misled, and only after minutes: no reason to take the process down.
  worker.on("error", () => {
    thread = undefined;
  });
  worker.unref();
  return worker;
}
