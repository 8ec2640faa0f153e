// Starts any kernel and connects to it the moment its port accepts: no library's polling is measured along.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { KernelClient } from "../../dist/kernel/app/client.js";
import { writeConnectionFile } from "../../dist/kernel/app/connection-file.js";
import { connectZeromqChannels } from "../../dist/kernel/wire/zeromq-client.js";

const START_MS = 60_000;
const ANSWER_MS = 15_000;
// tslab does not wait for its sends: zeromq.js delays the 512th of a socket and refuses the next one. When that is the idle
// status of a cell, it counts as done so long after its reply; a question is asked again.
const IDLE_MS = 1000;
const QUESTION_MS = 3000;

/** A kernel did not do what was to be measured. */
export class NoFigure extends Error {}

/** A kernel took too long to answer. */
export class NoAnswer extends NoFigure {
  constructor(what, afterMs) {
    super(`no answer to ${what} for ${afterMs / 1000} s`);
    this.afterMs = afterMs;
  }
}

/** Starts a kernel by its argument vector, in which `{connection_file}` stands for the file, and connects to it. */
export async function startKernel(argv) {
  const folder = await mkdtemp(join(tmpdir(), "lightnix-bench-"));
  const { path, connection } = await writeConnectionFile(folder, "tcp");
  const [command, ...args] = argv.map((word) => word.replace("{connection_file}", path));
  // Not the user's own history and store.
  const env = { ...process.env, LIGHTNIX_ROOT: "", XDG_DATA_HOME: folder };
  const child = spawn(command, args, { cwd: folder, env, stdio: ["ignore", "ignore", "ignore"] });
  for (const name of ["shell", "control", "iopub"]) await accepts(connection.ports[name], child);
  const client = new KernelClient(connectZeromqChannels(connection), connection);
  const running = {
    client,
    child,
    /** How many messages were owed and never came. */
    lost: 0,
    /** Runs a cell; done with its reply and the idle status. Throws NoAnswer. */
    async execute(code) {
      let isIdle = false;
      let tellIdle = () => undefined;
      const onPublished = ({ type, content }) => {
        if (type !== "status" || content.execution_state !== "idle") return;
        isIdle = true;
        tellIdle();
      };
      const reply = await answered(client.request("execute_request", cell(code), { onPublished }), code);
      if (!isIdle) {
        const idle = new Promise((resolve) => (tellIdle = resolve));
        await within(idle, IDLE_MS, () => (running.lost += 1));
      }
      return reply;
    },
    /** Asks something that is no cell, once more when there is no answer. Throws NoAnswer. */
    async ask(type, content) {
      try {
        return await answered(client.request(type, content), `a ${type}`, QUESTION_MS);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        running.lost += 1;
        return await answered(client.request(type, content), `a second ${type}`, QUESTION_MS);
      }
    },
    async stop() {
      void client.request("shutdown_request", { restart: false }).catch(() => undefined);
      if (child.exitCode === null) await Promise.race([once(child, "exit"), sleep(3000)]);
      child.kill("SIGKILL");
      client.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return running;
}

/** The content of an execute_request. */
export function cell(code) {
  return {
    code,
    silent: false,
    store_history: true,
    user_expressions: {},
    allow_stdin: false,
    stop_on_error: true,
  };
}

/** The answer, unless there is none for too long: then it throws NoAnswer. */
export async function answered(answer, what, afterMs = ANSWER_MS) {
  return await within(answer, afterMs, () => {
    throw new NoAnswer(what, afterMs);
  });
}

/** What is promised, or what `otherwise` gives when that takes too long. */
async function within(promise, ms, otherwise) {
  const late = Symbol();
  let timer;
  const tooLate = new Promise((resolve) => (timer = setTimeout(resolve, ms, late)));
  const first = await Promise.race([promise, tooLate]);
  clearTimeout(timer);
  return first === late ? otherwise() : first;
}

/** Resolves when something listens on the port; tries every millisecond. */
async function accepts(port, child) {
  const end = performance.now() + START_MS;
  while (performance.now() < end) {
    if (child.exitCode !== null)
      throw new Error(`the kernel ended with code ${child.exitCode} before it listened`);
    const socket = connect(port, "127.0.0.1");
    const open = await new Promise((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await sleep(1);
  }
  throw new Error(`nothing listens on port ${port}`);
}
