// A plain zeromq client of a kernel: it asks the moment the port accepts and polls nothing, so that what is measured is
// the kernel and not a client library.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Dealer, Subscriber } from "zeromq";
import { FrameReader, writeFrames } from "../../dist/kernel/wire/frames.js";
import { HeaderWriter } from "../../dist/kernel/wire/header.js";
import { createSigner } from "../../dist/kernel/wire/signature.js";

const TIMEOUT_MS = 60_000;

/** Starts a kernel by its argument vector, in which `{connection_file}` stands for the file, and connects to it. */
export async function startKernel(argv, { env = {}, cwd } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "lightnix-bench-"));
  const connection = await newConnection();
  const file = join(folder, "connection.json");
  await writeFile(file, JSON.stringify(connection));
  const [command, ...args] = argv.map((word) => word.replace("{connection_file}", file));
  const child = spawn(command, args, {
    cwd: cwd ?? folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  await Promise.all(
    ["shell_port", "control_port", "iopub_port"].map((port) => accepts(connection[port], child)),
  );
  return new KernelClient(connection, child, folder);
}

class KernelClient {
  #headers = new HeaderWriter("bench");
  #signer;
  #sockets;
  #waiting = new Map();
  #watchers = new Set();

  constructor(connection, child, folder) {
    this.child = child;
    this.folder = folder;
    this.#signer = createSigner(connection.key);
    const open = (socket, port) => {
      socket.connect(`tcp://127.0.0.1:${port}`);
      return socket;
    };
    const routingId = randomUUID();
    this.#sockets = {
      shell: open(new Dealer({ linger: 0, routingId }), connection.shell_port),
      control: open(new Dealer({ linger: 0, routingId }), connection.control_port),
      iopub: open(new Subscriber({ linger: 0 }), connection.iopub_port),
    };
    this.#sockets.iopub.subscribe("");
    for (const socket of Object.values(this.#sockets)) void this.#receive(socket);
  }

  /** Sends a request; resolves with the reply's content. */
  async request(type, content = {}, { channel = "shell" } = {}) {
    const { header, reply } = this.#post(type, content, channel);
    void header;
    return (await reply).content;
  }

  /** Executes code; resolves with the reply, everything published for it, and its time until it was idle. */
  async execute(code, options = {}) {
    const started = performance.now();
    const published = [];
    const { header, reply } = this.#post(
      "execute_request",
      {
        code,
        silent: false,
        store_history: true,
        user_expressions: {},
        allow_stdin: false,
        stop_on_error: true,
        ...options,
      },
      "shell",
    );
    const idle = new Promise((resolve) => {
      const watch = (message) => {
        if (message.parentHeader.msg_id !== header.msg_id) return;
        published.push(message);
        if (message.header.msg_type !== "status" || message.content.execution_state !== "idle") return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
    });
    const [message] = await withTimeout(
      Promise.all([reply, idle]),
      `execute ${JSON.stringify(code.slice(0, 60))}`,
    );
    return { reply: message.content, published, ms: performance.now() - started };
  }

  /** Asks for kernel_info until iopub speaks, so that no output of later requests is missed. */
  async ready() {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      let heard = false;
      const watch = () => (heard = true);
      this.#watchers.add(watch);
      await this.request("kernel_info_request");
      await sleep(10);
      this.#watchers.delete(watch);
      if (heard) return;
    }
    throw new Error("nothing was heard on iopub");
  }

  async close() {
    const gone = this.child.exitCode === null ? once(this.child, "exit") : undefined;
    void this.#post("shutdown_request", { restart: false }, "control").reply.catch(() => undefined);
    await Promise.race([gone, sleep(3000)]);
    this.child.kill("SIGKILL");
    for (const socket of Object.values(this.#sockets)) socket.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  #post(type, content, channel) {
    const header = this.#headers.write(type);
    const reply = withTimeout(
      new Promise((resolve) => this.#waiting.set(header.msg_id, resolve)),
      `${type} on ${channel}`,
    );
    const message = { identities: [], header, parentHeader: {}, metadata: {}, content, buffers: [] };
    // Several requests may be posted in one turn, while a socket takes one pending send at a time.
    this.sending = (this.sending ?? Promise.resolve()).then(() =>
      this.#sockets[channel].send(writeFrames(message, this.#signer)),
    );
    return { header, reply };
  }

  async #receive(socket) {
    const reader = new FrameReader(this.#signer);
    for await (const frames of socket) {
      const read = reader.read(frames);
      if (!read.ok) continue;
      const { message } = read;
      if (socket === this.#sockets.iopub) for (const watch of this.#watchers) watch(message);
      else this.#waiting.get(message.parentHeader.msg_id)?.(message);
    }
  }
}

async function newConnection() {
  const ports = await freePorts(5);
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = ports;
  return {
    transport: "tcp",
    ip: "127.0.0.1",
    key: randomUUID(),
    signature_scheme: "hmac-sha256",
    ...{ shell_port, iopub_port, stdin_port, control_port, hb_port },
  };
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Resolves when something listens on the port; tries every millisecond. */
async function accepts(port, child) {
  const end = performance.now() + TIMEOUT_MS;
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

async function withTimeout(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer to ${what} in ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
