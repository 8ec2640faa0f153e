import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { spawnKernel, type SpawnedKernel } from "../../kernel/app/spawn.ts";
import { connectZeromqChannels, type ClientChannels } from "../../kernel/wire/zeromq-client.ts";
import { parseConnection } from "../../kernel/wire/connection.ts";
import { TestClient, textOf } from "../kernel/session/client.ts";
import { createJupyterHome, type JupyterHome } from "../support/jupyter.ts";

const SIZE = 100_000_000;

let home: JupyterHome;
let kernel: SpawnedKernel;
let ends: ClientChannels;
let client: TestClient;

beforeAll(async () => {
  home = await createJupyterHome();
  kernel = await spawnKernel({ folder: home.folder, env: { LIGHTNIX_ROOT: home.store, HOME: home.folder } });
  const file = kernel.process.spawnargs.at(-1) ?? "";
  const connection = parseConnection(readFileSync(file, "utf8"));
  ends = connectZeromqChannels(connection);
  client = new TestClient(ends, connection.key);
  await client.ready();
  await client.run("1 + 1");
});

afterAll(async () => {
  ends.close();
  await kernel.stop();
  await home.remove();
});

/** The resident memory of the kernel in bytes. */
function memoryNow(): number {
  const status = readFileSync(`/proc/${kernel.process.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1]) * 1024;
}

it("a display of 100 MB arrives whole, again and again, and the kernel does not keep it", async () => {
  const code = `display.html("x".repeat(${SIZE}))`;
  for (let round = 0; round < 3; round += 1) {
    const { reply, published } = await client.run(code);
    expect(reply.content["status"]).toBe("ok");
    const shown = published.find(({ header }) => header.msg_type === "display_data");
    const { data } = (shown?.content ?? { data: {} }) as { data: Record<string, string> };
    expect(data["text/html"]?.length).toBe(SIZE);
    client.published.length = 0;
  }
  // Two copies on their way and what is not collected yet; not the ten that were made.
  await expect.poll(memoryNow, { timeout: 60_000 }).toBeLessThan(SIZE * 8);
});

it("buffers of 100 MB go both ways through a comm", async () => {
  const code =
    'import { comms } from "lightnix/comms"; void comms.registerTarget("large", (comm) => { comm.on("message", ({ buffers }) => comm.send({}, { buffers })) })';
  expect((await client.run(code)).reply.content["status"]).toBe("ok");
  client.send("comm_open", { comm_id: "large", target_name: "large", data: {} });
  const buffer = Buffer.alloc(SIZE, 7);
  const message = client.send("comm_msg", { comm_id: "large", data: {} }, { buffers: [buffer] });
  const echo = await client.show(message, "comm_msg");
  expect(echo.buffers.length).toBe(1);
  expect(buffer.equals(echo.buffers[0] ?? Buffer.alloc(0))).toBe(true);
});

it("a cell of 20 MB runs", async () => {
  const { reply } = await client.run(`const large = "${"y".repeat(20_000_000)}";`, {
    user_expressions: { size: "large.length" },
  });
  expect(reply.content).toMatchObject({
    status: "ok",
    user_expressions: { size: { data: { "text/plain": "20000000" } } },
  });
});

it("text of 100 MB is cut with a note, a result is abbreviated, and both say ok", async () => {
  const printed = await client.run(`process.stdout.write("z".repeat(${SIZE}))`);
  expect(printed.reply.content["status"]).toBe("ok");
  const text = textOf(printed.published);
  expect(text.length).toBeGreaterThan(SIZE / 100);
  expect(text.length).toBeLessThan(SIZE / 10);
  const result = await client.run(`"z".repeat(${SIZE})`);
  expect(result.reply.content["status"]).toBe("ok");
});
