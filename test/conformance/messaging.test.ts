import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeConnectionFile } from "../../kernel/app/connection-file.ts";
import { TestClient } from "../kernel/session/client.ts";
import { examineKernel, type Samples, type Subject } from "../kernel/session/conformance.ts";
import { projectRoot } from "../support/jupyter.ts";
import { jupyterClientEnds } from "./jupyter-client-ends.ts";
import { memoryEnds } from "./memory-ends.ts";

/** What to say to Lightnix. */
const samples: Samples = {
  stdout: { code: "console.log('hello')", text: "hello\n" },
  stderr: { code: "console.error('careful')", text: "careful\n" },
  result: { code: "40 + 2", text: "42" },
  mixture: "console.log('a'); console.error('b'); display.html('c'); console.log('d')",
  update: "display.html('a').update({ 'text/html': 'b', 'text/plain': 'b' })",
  clearWait: "console.log('a'); clearOutput({ wait: true }); console.log('b')",
  error: { code: "throw new TypeError('all is lost')", ename: "TypeError" },
  endless: "while (true) {}",
  pending: "await new Promise(() => {})",
  ask: "console.log(await input('name? '))",
  askSecret: "void (await password('word? '))",
  late: "void setTimeout(() => console.log('late'), 300)",
  expressions: { good: "1", bad: "nothingThere" },
  completion: { code: "const 𝒜 = 1;\nconsol", match: "console", start: 13 },
  inspection: { code: "Math.floor", nothing: "   " },
  complete: "const a = 1",
  incomplete: "function f() {",
  invalid: "const const",
  openComm: {
    code: `import { comms } from "lightnix/comms"; comms.open("from-kernel", { hello: 1 }, { metadata: { version: "2" } }).send({ more: 2 }, { buffers: [new Uint8Array([1, 2, 3])] })`,
    target: "from-kernel",
  },
  registerTarget: {
    code: `import { comms } from "lightnix/comms"; void comms.registerTarget("pingpong", (comm) => { comm.on("message", ({ data, buffers }) => comm.send({ echo: data }, { buffers })) })`,
    target: "pingpong",
  },
  hasDebugger: true,
};

/** The built kernel as Jupyter starts it, and Python's jupyter_client at the other end of its sockets. */
async function start(transport: "tcp" | "ipc"): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), "lightnix-messaging-"));
  const { path, connection } = await writeConnectionFile(folder, transport);
  const kernel = spawn(process.execPath, [join(projectRoot, "dist/kernel/app/main.cjs"), path], {
    cwd: folder,
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, LIGHTNIX_ROOT: join(folder, ".store") },
    stdio: "ignore",
  });
  const ends = jupyterClientEnds(path, connection.key);
  const client = new TestClient(ends, connection.key);
  await client.ready();
  return {
    client,
    async close() {
      await shutDown(client, kernel);
      await ends.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function shutDown(client: TestClient, kernel: ChildProcess): Promise<void> {
  client.send("shutdown_request", { restart: false }, { channel: "control" });
  if (kernel.exitCode === null) await once(kernel, "exit");
}

/** The same evaluator on the same two threads, and no socket between the session and the client's end of its channels. */
async function startInMemory(): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), "lightnix-memory-"));
  const kernel = spawn(process.execPath, [join(projectRoot, "test/support/memory-kernel.mjs")], {
    cwd: folder,
    env: { ...process.env, HOME: folder, LIGHTNIX_ROOT: join(folder, ".store"), KERNEL_KEY: "a secret" },
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const client = new TestClient(memoryEnds(kernel), "a secret");
  await client.ready();
  return {
    client,
    async close() {
      await shutDown(client, kernel);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

examineKernel("Lightnix over in-memory channels", startInMemory, samples);

for (const transport of ["tcp", "ipc"] as const)
  examineKernel(`Lightnix over ${transport}, told by jupyter_client`, () => start(transport), samples);
