// The kernel over channels in memory, in a process of its own: cells on the main thread, the session and its channels on another, and no zeromq.
// What a client says and hears goes through the pipe 3, as messages of a length (4 bytes) and [channel, frames] serialized by V8.
import { Socket } from "node:net";
import { deserialize, serialize } from "node:v8";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const built = (path) => import(new URL(`../../dist/kernel/${path}`, import.meta.url).href);

if (isMainThread) {
  const { ringMemory } = await built("app/output-ring.js");
  const start = { folder: process.cwd(), ring: ringMemory(), captured: undefined };
  const worker = new Worker(new URL(import.meta.url), { workerData: start });
  const exit = process.exit.bind(process);
  worker.on("message", (message) => message.type === "end" && exit(message.code));
  const { startCells } = await built("app/start-cells.js");
  startCells(worker, start);
} else {
  const { memoryChannels } = await built("wire/memory.js");
  const { kernel, client } = memoryChannels();
  const pipe = relay(client);
  const { startEvaluator } = await built("app/start-evaluator.js");
  const evaluator = await startEvaluator({ ...workerData, port: parentPort, exit: () => session.close() });
  const { startSession } = await built("session/start.js");
  const session = await startSession({
    channels: kernel,
    key: process.env.KERNEL_KEY,
    // Cells of subshells run side by side, as in the kernel.
    evaluator: Object.assign(evaluator, { concurrent: true }),
    info: {
      implementation: "lightnix",
      implementationVersion: "0.1.0",
      languageVersion: "7.0.2",
      banner: "In memory",
      helpLinks: [{ text: "TypeScript", url: "https://www.typescriptlang.org/docs/" }],
    },
  });
  await session.closed;
  // What was sent last is on its way to the pipe, and has to leave by it.
  setImmediate(() => pipe.end(() => parentPort.postMessage({ type: "end", code: 0 })));
}

function relay(client) {
  const pipe = new Socket({ fd: 3 }).on("error", () => undefined);
  const tell = (channel) => (frames) => {
    const bytes = serialize([channel, frames.map((frame) => Buffer.from(frame))]);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.byteLength);
    pipe.write(length);
    pipe.write(bytes);
  };
  for (const channel of ["shell", "control", "stdin"]) client[channel].listen(tell(channel));
  let rest = Buffer.alloc(0);
  pipe.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.byteLength >= 4 && rest.byteLength >= 4 + rest.readUInt32LE(0)) {
      const end = 4 + rest.readUInt32LE(0);
      const [channel, frames] = deserialize(rest.subarray(4, end));
      rest = rest.subarray(end);
      if (channel === "iopub") client.subscribe(tell("iopub"));
      else client[channel].send(frames);
    }
  });
  return pipe;
}
