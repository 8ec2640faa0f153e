import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSession } from "../../../kernel/session/start.ts";
import type { Connection } from "../../../kernel/wire/connection.ts";
import { memoryChannels } from "../../../kernel/wire/memory.ts";
import { connectZeromqChannels } from "../../../kernel/wire/zeromq-client.ts";
import { TestClient } from "./client.ts";
import { examineKernel, type Subject } from "./conformance.ts";
import { EchoEvaluator } from "./echo-evaluator.ts";
import { echoSamples } from "./echo-samples.ts";

const KEY = "a secret";
const INFO = {
  implementation: "echo",
  implementationVersion: "1.0.0",
  languageVersion: "7.0.2",
  banner: "Echo",
};

async function startInMemory(): Promise<Subject> {
  const { kernel, client: ends } = memoryChannels();
  const client = new TestClient(ends, KEY);
  const session = await startSession({
    channels: kernel,
    key: KEY,
    evaluator: new EchoEvaluator({ concurrent: true }),
    info: INFO,
  });
  await client.ready();
  return { client, close: () => session.close() };
}

async function startOverZeromq(connection: Connection, cleanUp: () => Promise<void>): Promise<Subject> {
  const session = await startSession({
    connection,
    evaluator: new EchoEvaluator({ concurrent: true }),
    info: INFO,
  });
  const ends = connectZeromqChannels(connection);
  const client = new TestClient(ends, connection.key);
  await client.ready();
  return {
    client,
    async close() {
      await session.close();
      ends.close();
      await cleanUp();
    },
  };
}

async function startOverTcp(): Promise<Subject> {
  const [shell = 0, iopub = 0, stdin = 0, control = 0, hb = 0] = await freePorts(5);
  const ports = { shell, iopub, stdin, control, hb };
  const connection = {
    transport: "tcp",
    ip: "127.0.0.1",
    key: KEY,
    signatureScheme: "hmac-sha256",
    ports,
  } as const;
  return startOverZeromq(connection, () => Promise.resolve());
}

async function startOverIpc(): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), "echo-"));
  const ports = { shell: 1, iopub: 2, stdin: 3, control: 4, hb: 5 };
  const ip = join(folder, "kernel");
  const connection = { transport: "ipc", ip, key: KEY, signatureScheme: "hmac-sha256", ports } as const;
  return startOverZeromq(connection, () => rm(folder, { recursive: true }));
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

examineKernel("a session over in-memory channels", startInMemory, echoSamples);
examineKernel("a session over zeromq, tcp", startOverTcp, echoSamples);
examineKernel("a session over zeromq, ipc", startOverIpc, echoSamples);
