import { spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { python } from "./jupyter.ts";
import type { JupyterHome } from "./jupyter.ts";

/** The classic notebook's server, without a browser. */
export interface NotebookServer {
  /** As in `http://127.0.0.1:8888`. */
  readonly address: string;
  close(): void;
}

/** Starts it in a Jupyter home, which stays the caller's; resolves when it answers. */
export async function startNotebookServer(home: JupyterHome): Promise<NotebookServer> {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const server = spawn(python, ["-m", "notebook", ...serverOptions, `--port=${port}`], {
    cwd: home.folder,
    env: home.env,
    stdio: "ignore",
  });
  await untilAnswers(`${address}/api`);
  return { address, close: () => void server.kill("SIGTERM") };
}

const serverOptions = [
  "--no-browser",
  "--allow-root",
  "--ip=127.0.0.1",
  "--NotebookApp.token=",
  "--NotebookApp.password=",
  "--NotebookApp.disable_check_xsrf=True",
];

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, "127.0.0.1", resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => {
    probe.close(resolve);
  });
  return port;
}

async function untilAnswers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 900; attempt += 1) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    await delay(100);
  }
  throw new Error(`nothing answers at ${url} after 90 s`);
}
