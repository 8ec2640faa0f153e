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

const TIMEOUT_MS = 60_000;

/** Starts a kernel by its argument vector, in which `{connection_file}` stands for the file, and connects to it. */
export async function startKernel(argv) {
  const folder = await mkdtemp(join(tmpdir(), "lightnix-bench-"));
  const { path, connection } = await writeConnectionFile(folder, "tcp");
  const [command, ...args] = argv.map((word) => word.replace("{connection_file}", path));
  const child = spawn(command, args, { cwd: folder, stdio: ["ignore", "ignore", "ignore"] });
  for (const name of ["shell", "control", "iopub"]) await accepts(connection.ports[name], child);
  const client = new KernelClient(connectZeromqChannels(connection), connection);
  return {
    client,
    child,
    async stop() {
      void client.request("shutdown_request", { restart: false }).catch(() => undefined);
      if (child.exitCode === null) await Promise.race([once(child, "exit"), sleep(3000)]);
      child.kill("SIGKILL");
      client.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
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
