import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Dealer, Request, Subscriber } from "zeromq";
import { endpoint, type Connection } from "../../../kernel/wire/connection.ts";
import type { Frames } from "../../../kernel/wire/message.ts";
import { openZeromqChannels } from "../../../kernel/wire/zeromq.ts";
import { connectZeromqChannels } from "../../../kernel/wire/zeromq-client.ts";

const ports = { shell: 1, iopub: 2, stdin: 3, control: 4, hb: 5 };
let folder: string;
let connection: Connection;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wire-"));
  connection = { transport: "ipc", ip: join(folder, "k"), key: "", signatureScheme: "hmac-sha256", ports };
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = (...texts: string[]): Frames => texts.map((text) => Buffer.from(text));
const texts = (frames: Frames): string[] => frames.map((frame) => Buffer.from(frame).toString());

test("messages come back to who sent them, in order and whole", async () => {
  const channels = await openZeromqChannels(connection);
  channels.shell.listen((frames) => channels.shell.send(frames));
  const client = connectZeromqChannels(connection);
  const received: string[] = [];
  const done = new Promise<void>((resolve) => {
    client.shell.listen((frames) => {
      received.push(...texts(frames));
      if (received.length === 2000) resolve();
    });
  });
  for (let index = 0; index < 1000; index += 1) client.shell.send(bytes(`${index}`, "x".repeat(index)));
  await done;
  expect(received.filter((_text, index) => index % 2 === 0)).toEqual(
    Array.from({ length: 1000 }, (_, n) => `${n}`),
  );
  client.close();
  await channels.close();
});

test("a client that connects anew under the same identity takes the old connection's place", async () => {
  const channels = await openZeromqChannels(connection);
  channels.shell.listen((frames) => channels.shell.send(frames));
  const answerOf = async (client: Dealer, text: string): Promise<string[]> => {
    await client.send(text);
    return texts(await client.receive());
  };
  const open = (): Dealer => new Dealer({ routingId: "the same", linger: 0, receiveTimeout: 30_000 });
  const [first, second] = [open(), open()];
  first.connect(endpoint(connection, "shell"));
  expect(await answerOf(first, "1")).toEqual(["1"]);
  second.connect(endpoint(connection, "shell"));
  expect(await answerOf(second, "2")).toEqual(["2"]);
  first.close();
  expect(await answerOf(second, "3")).toEqual(["3"]);
  second.close();
  await channels.close();
});

test("a receiver that throws is told of in the log and called again", async () => {
  const log: string[] = [];
  const channels = await openZeromqChannels(connection, (level, message) => log.push(`${level}: ${message}`));
  const client = connectZeromqChannels(connection);
  const second = new Promise<string[]>((resolve) => {
    channels.control.listen((frames) => {
      if (texts(frames).includes("bad")) throw new Error("cannot take that");
      resolve(texts(frames).slice(1));
    });
  });
  client.control.send(bytes("bad"));
  client.control.send(bytes("good"));
  expect(await second).toEqual(["good"]);
  expect(log).toEqual([
    expect.stringMatching(/^error: Cannot receive on a Router socket: cannot take that$/),
  ]);
  client.close();
  await channels.close();
});

test("each subscription is told of, with its topic, and topics are kept apart", async () => {
  const channels = await openZeromqChannels(connection);
  const client = connectZeromqChannels(connection);
  const topics: string[] = [];
  channels.iopub.onSubscribe((topic) => {
    topics.push(Buffer.from(topic).toString());
    channels.iopub.send(bytes("topic", "payload"));
  });
  expect(await new Promise((resolve) => client.subscribe((frames) => resolve(texts(frames))))).toEqual([
    "topic",
    "payload",
  ]);
  expect(topics).toEqual([""]);
  client.close();
  await channels.close();
});

test("a subscriber that does not read misses what is more than a kernel can keep for it", async () => {
  const channels = await openZeromqChannels(connection);
  const lazy = new Subscriber({ linger: 0, receiveHighWaterMark: 1, receiveTimeout: 4000 });
  const subscribed = new Promise<void>((resolve) => channels.iopub.onSubscribe(() => resolve()));
  lazy.connect(endpoint(connection, "iopub"));
  lazy.subscribe();
  await subscribed;
  const payload = Buffer.alloc(500, "x");
  for (let index = 0; index < 120_000; index += 1) channels.iopub.send([payload, Buffer.from(`${index}`)]);
  const received: number[] = [];
  try {
    for await (const frames of lazy) received.push(Number(frames[1]));
  } catch {
    // Nothing more comes.
  }
  expect(received.length).toBeGreaterThanOrEqual(100_000);
  expect(received.length).toBeLessThan(115_000);
  // What it gets is in order, and nothing is missing before the end of it.
  expect(received[90_000]).toBe(90_000);
  lazy.close();
  await channels.close();
});

test("the heartbeat echoes what it is sent", async () => {
  const channels = await openZeromqChannels(connection);
  const heart = new Request({ linger: 0 });
  heart.connect(endpoint(connection, "hb"));
  for (const beat of ["ping", ""]) {
    await heart.send(beat);
    expect(String(await heart.receive())).toBe(beat);
  }
  heart.close();
  await channels.close();
});

test("what was sent before closing still arrives, and closing twice and sending afterwards do no harm", async () => {
  const channels = await openZeromqChannels(connection);
  const client = connectZeromqChannels(connection);
  const last = new Promise<string[]>((resolve) => client.control.listen((frames) => resolve(texts(frames))));
  channels.control.listen(([identity = Buffer.alloc(0)]) => {
    channels.control.send([identity, Buffer.from("goodbye")]);
    void channels.close();
  });
  client.control.send(bytes("end"));
  expect(await last).toEqual(["goodbye"]);
  await channels.close();
  channels.shell.send(bytes("nobody", "hears"));
  client.close();
});

test("an address that is taken is named in the error, and nothing is left bound", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const taken = typeof address === "object" && address ? address.port : 0;
  const tcp: Connection = {
    ...connection,
    transport: "tcp",
    ip: "127.0.0.1",
    ports: { ...ports, shell: taken },
  };
  const opening = openZeromqChannels(tcp);
  await expect(opening).rejects.toMatchObject({ code: "cannot-bind" });
  await expect(opening).rejects.toThrow(`Cannot bind the shell socket to "tcp://127.0.0.1:${taken}"`);
  await new Promise((resolve) => server.close(resolve));
  const channels = await openZeromqChannels(connection);
  await channels.close();
});
