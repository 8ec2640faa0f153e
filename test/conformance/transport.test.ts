import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { curveKeyPair, Dealer, Router } from "zeromq";
import { KernelClient } from "../../kernel/app/client.ts";
import { writeConnectionFile } from "../../kernel/app/connection-file.ts";
import { endpoint, parseConnection, type Connection } from "../../kernel/wire/connection.ts";
import { createSigner } from "../../kernel/wire/signature.ts";
import { connectZeromqChannels } from "../../kernel/wire/zeromq-client.ts";
import { projectRoot } from "../support/jupyter.ts";

let folder: string;
let kernel: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lightnix-transport-"));
  kernel = undefined;
});
afterEach(async () => {
  if (kernel?.exitCode === null && kernel.signalCode === null) {
    const ended = once(kernel, "exit");
    kernel.kill("SIGKILL");
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
});

/** Starts the built kernel, with what it says of itself. */
function start(file: string): { stderr: () => string; ended: Promise<unknown> } {
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, LIGHTNIX_ROOT: join(folder, ".store") };
  const child = spawn(process.execPath, [join(projectRoot, "dist/kernel/app/main.cjs"), file], {
    cwd: folder,
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  kernel = child;
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  return { stderr: () => text, ended: once(child, "close").then(([code]: unknown[]) => code) };
}

async function sumOver(connection: Connection): Promise<string | undefined> {
  const client = new KernelClient(connectZeromqChannels(connection), connection);
  let result: string | undefined;
  await client.ready();
  await client.execute("40 + 2", {
    onPublished: ({ type, content }) => {
      if (type === "execute_result") result = String(content.data["text/plain"]);
    },
  });
  await client.request("shutdown_request", { restart: false });
  client.close();
  return result;
}

describe("traffic that is encrypted (CurveZMQ)", () => {
  /** Starts a kernel with a pair of keys in its connection file. */
  async function startEncrypted(
    transport: "tcp" | "ipc",
  ): Promise<{ connection: Connection; ended: Promise<unknown> }> {
    const { path } = await writeConnectionFile(folder, transport);
    const { publicKey, secretKey } = curveKeyPair();
    const keys = { curve_publickey: publicKey, curve_secretkey: secretKey };
    const text = JSON.stringify({ ...JSON.parse(await readFile(path, "utf8")), ...keys });
    await writeFile(path, text);
    return { connection: parseConnection(text), ended: start(path).ended };
  }

  it.each(["tcp", "ipc"] as const)("goes over %s", async (transport) => {
    const { connection, ended } = await startEncrypted(transport);
    expect(await sumOver(connection)).toBe("42");
    expect(await ended).toBe(0);
  });

  it("is not for a client that lacks the kernel's key", async () => {
    const { connection } = await startEncrypted("ipc");
    const client = new KernelClient(connectZeromqChannels(connection), connection);
    await client.ready();
    const stranger = new Dealer({ linger: 0, receiveTimeout: 500, sendTimeout: 500 });
    const refused = new Promise((resolve) => {
      for (const event of ["handshake:error:protocol", "handshake:error:other", "disconnect"] as const)
        stranger.events.on(event, resolve);
    });
    stranger.connect(endpoint(connection, "hb"));
    void stranger.send("ping").catch(() => undefined);
    await refused;
    await expect(stranger.receive()).rejects.toMatchObject({ code: "EAGAIN" });
    stranger.close();
    client.close();
  });
});

describe("a kernel that is started with a registration file (JEP 66)", () => {
  /** Plays who starts the kernel: takes its ports, and sends a receipt that is signed with a key. */
  async function launch(
    receiptKey: string,
  ): Promise<{ connection: Connection; stderr: () => string; ended: Promise<unknown> }> {
    const launcher = new Router({ linger: 500, receiveTimeout: 20_000 });
    await launcher.bind("tcp://127.0.0.1:*");
    const registration_port = Number(launcher.lastEndpoint?.split(":").at(-1));
    const file = {
      kernel_id: "one/../two",
      transport: "tcp",
      registration_ip: "127.0.0.1",
      registration_port,
      signature_scheme: "hmac-sha256",
      key: "a key",
    };
    const path = join(folder, "registration.json");
    await writeFile(path, JSON.stringify(file));
    const { stderr, ended } = start(path);
    const [identity, delimiter, signature, content] = await launcher.receive();
    if (!identity || !delimiter || !signature || !content) throw new Error("frames are missing");
    expect(delimiter.toString()).toBe("<IDS|MSG>");
    expect(createSigner("a key").verify(signature, [content])).toBe(true);
    const told = JSON.parse(content.toString());
    expect(told.kernel_id).toBe("one/../two");
    const receipt = Buffer.from("ACK");
    await launcher.send([identity, delimiter, createSigner(receiptKey).sign([receipt]), receipt]);
    launcher.close();
    const connection = parseConnection(JSON.stringify({ ...told, transport: "tcp", key: "a key" }));
    return { connection, stderr, ended };
  }

  it("chooses its ports, tells them, and writes them down for other clients as long as it lives", async () => {
    const { connection, ended } = await launch("a key");
    const path = join(folder, "kernel-one_.._two.json");
    await expect.poll(async () => (await readdir(folder)).includes("kernel-one_.._two.json")).toBe(true);
    expect(parseConnection(await readFile(path, "utf8"))).toEqual(connection);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await sumOver(connection)).toBe("42");
    expect(await ended).toBe(0);
    expect(await readdir(folder)).not.toContain("kernel-one_.._two.json");
  });

  it("ends when the receipt is not genuine, and says so", async () => {
    const { ended, stderr } = await launch("another key");
    expect(await ended).toBe(1);
    expect(stderr()).toMatch(/Cannot register kernel "one\/\.\.\/two" at "tcp:.*": the receipt/);
  });
});
