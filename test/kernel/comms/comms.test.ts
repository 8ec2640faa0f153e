import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Comm, CommMessage } from "../../../kernel/comms/comm.ts";
import type { Header } from "../../../kernel/wire/header.ts";
import { typesOf } from "../session/client.ts";
import { startCommKernel } from "./kernel.ts";
import type { CommKernel } from "./kernel.ts";

let it: CommKernel;
beforeEach(async () => {
  it = await startCommKernel();
});
afterEach(() => it.close());

/** The errors that are shown in a cell. */
function errorsOf(cell: Header): unknown[] {
  const shown = it.client.publishedFor(cell).filter(({ header }) => header.msg_type === "error");
  return shown.map(({ content }) => content);
}

test("a cell opens a comm, sends and closes, in the cell's name and in order", async () => {
  const bytes = new Uint16Array([1, 2, 3]);
  const { value: comm, request } = await it.run(() => {
    const made = it.kernel.comms.open(
      "chart",
      { kind: "bar" },
      { metadata: { version: "1" }, buffers: [bytes] },
    );
    made.send({ n: 1 }, { buffers: [bytes.buffer], metadata: { m: 1 } });
    made.close({ why: "done" });
    made.close();
    return made;
  });
  const published = it.client.publishedFor(request);
  expect(typesOf(published)).toEqual(["execute_input", "comm_open", "comm_msg", "comm_close"]);
  const [open, message, close] = published.filter(({ header }) => header.msg_type.startsWith("comm"));
  expect(open?.content).toEqual({ comm_id: comm.id, target_name: "chart", data: { kind: "bar" } });
  expect(open?.metadata).toEqual({ version: "1" });
  expect([...(open?.buffers[0] ?? [])]).toEqual([1, 0, 2, 0, 3, 0]);
  expect(message?.content).toEqual({ comm_id: comm.id, data: { n: 1 } });
  expect(message?.metadata).toEqual({ m: 1 });
  expect([...(message?.buffers[0] ?? [])]).toEqual([1, 0, 2, 0, 3, 0]);
  expect(close?.content).toEqual({ comm_id: comm.id, data: { why: "done" } });
  expect(comm.isOpen).toBe(false);
});

test("comm_info lists open comms by target", async () => {
  const { value: comm } = await it.run(() => {
    it.kernel.comms.open("b");
    return it.kernel.comms.open("a");
  });
  const listed = async (content: Record<string, unknown>): Promise<unknown> =>
    (await it.client.request("comm_info_request", content)).reply.content["comms"];
  expect(await listed({ target_name: "a" })).toEqual({ [comm.id]: { target_name: "a" } });
  expect(Object.keys((await listed({})) as object)).toHaveLength(2);
  await it.run(() => comm.close());
  expect(await listed({ target_name: "a" })).toEqual({});
  expect(it.kernel.comms.list().map(({ target }) => target)).toEqual(["b"]);
});

test("a client opens a comm to a target: it is told of its messages, and answers in their names", async () => {
  const closed: CommMessage[] = [];
  await it.run(() =>
    it.kernel.comms.registerTarget("echo", (comm, { data, metadata, buffers }) => {
      comm.send({ welcome: data, about: metadata }, { buffers });
      comm.on("message", (message) => comm.send({ echo: message.data }, { buffers: message.buffers }));
      comm.on("close", (message) => closed.push(message));
    }),
  );
  const content = { comm_id: "c", target_name: "echo", data: { a: 1 } };
  const opening = it.client.send("comm_open", content, { metadata: { v: 2 }, buffers: [Buffer.from("x")] });
  const welcome = await it.client.show(opening, "comm_msg");
  expect(welcome.content).toEqual({ comm_id: "c", data: { welcome: { a: 1 }, about: { v: 2 } } });
  expect(Buffer.from(welcome.buffers[0] ?? []).toString()).toBe("x");
  const sent = it.client.send("comm_msg", { comm_id: "c", data: { n: 1 } }, { buffers: [Buffer.from("yz")] });
  const echo = await it.client.show(sent, "comm_msg");
  expect(echo.content).toEqual({ comm_id: "c", data: { echo: { n: 1 } } });
  expect(Buffer.from(echo.buffers[0] ?? []).toString()).toBe("yz");
  await it.client.idle(it.client.send("comm_close", { comm_id: "c", data: { bye: true } }));
  expect(closed.map(({ data }) => data)).toEqual([{ bye: true }]);
  expect(it.kernel.comms.list()).toEqual([]);
});

test("a comm to an unknown target, or one that was taken back, is closed again", async () => {
  const { value: takeBack } = await it.run(() => it.kernel.comms.registerTarget("gone", () => undefined));
  takeBack();
  for (const target of ["gone", "never"]) {
    const request = it.client.send("comm_open", { comm_id: target, target_name: target, data: {} });
    expect((await it.client.show(request, "comm_close")).content).toEqual({ comm_id: target, data: {} });
  }
});

test("a target that is registered anew takes the place of the old one, which cannot take it back any more", async () => {
  const told: string[] = [];
  const { value: takeBackFirst } = await it.run(() =>
    it.kernel.comms.registerTarget("t", () => told.push("first")),
  );
  await it.run(() => it.kernel.comms.registerTarget("t", () => told.push("second")));
  takeBackFirst();
  await it.client.idle(it.client.send("comm_open", { comm_id: "c", target_name: "t", data: {} }));
  expect(told).toEqual(["second"]);
});

test("a comm that its target closes at once is closed once, and one whose target throws is closed with the error shown", async () => {
  const { request: cell } = await it.run(() => {
    it.kernel.comms.registerTarget("closes", (comm) => comm.close({ full: true }));
    it.kernel.comms.registerTarget("throws", () => {
      throw new RangeError("no room");
    });
  });
  const closes = it.client.send("comm_open", { comm_id: "1", target_name: "closes", data: {} });
  expect(typesOf(await it.client.idle(closes))).toEqual(["comm_close"]);
  const throws = it.client.send("comm_open", { comm_id: "2", target_name: "throws", data: {} });
  expect(typesOf(await it.client.idle(throws))).toEqual(["comm_close"]);
  expect(errorsOf(cell)).toEqual([expect.objectContaining({ ename: "RangeError", evalue: "no room" })]);
  expect((await it.client.request("comm_info_request", {})).reply.content["comms"]).toEqual({});
});

test("what a callback throws, at once or later, is shown in the cell that registered it and logged, and the other callbacks are told", async () => {
  const told: unknown[] = [];
  const { value: comm } = await it.run(() => it.kernel.comms.open("t"));
  const atOnce = await it.run(() => {
    comm.on("message", () => {
      throw new Error("at once");
    });
  });
  const later = await it.run(() => {
    comm.on("message", async () => {
      await delay(5);
      throw new Error("later");
    });
    return comm.on("message", ({ data }) => told.push(data));
  });
  await it.client.idle(it.client.send("comm_msg", { comm_id: comm.id, data: { n: 1 } }));
  expect(errorsOf(atOnce.request)).toMatchObject([{ evalue: "at once" }]);
  expect(errorsOf(later.request)).toMatchObject([{ evalue: "later" }]);
  expect(it.logged).toEqual(["at once", "later"].map((why) => `error: A callback failed: Error: ${why}`));
  later.value();
  await it.client.idle(it.client.send("comm_msg", { comm_id: comm.id, data: { n: 2 } }));
  expect(told).toEqual([{ n: 1 }]);
  expect(comm.isOpen).toBe(true);
});

test("messages are begun in order while an earlier callback still waits", async () => {
  const begun: unknown[] = [];
  let goOn: () => void = () => undefined;
  const { value: comm } = await it.run(() => it.kernel.comms.open("t"));
  comm.on("message", async ({ data }) => {
    begun.push(data["n"]);
    if (data["n"] === 3) goOn();
    await new Promise<void>((resolve) => (data["n"] === 1 ? (goOn = resolve) : resolve()));
  });
  const sent = [1, 2, 3].map((n) => it.client.send("comm_msg", { comm_id: comm.id, data: { n } }));
  for (const request of sent) await it.client.idle(request);
  expect(begun).toEqual([1, 2, 3]);
});

test("data that is no JSON, bytes outside of buffers, and messages of a closed comm are refused", async () => {
  const refused = (call: () => void): unknown => {
    try {
      call();
      return undefined;
    } catch (error) {
      const { code, message } = error as Error & { code: string };
      return `${code}: ${message}`;
    }
  };
  const circle: Record<string, unknown> = {};
  circle["self"] = { circle };
  const { value: comm } = await it.run(() => it.kernel.comms.open("t"));
  const what = `Cannot send a message of comm "${comm.id}" (t)`;
  const of = (data: Record<string, unknown>): unknown => refused(() => comm.send(data));
  const sent = await it.run(() => [
    of({ a: { f: () => 1 } }),
    of({ list: [1, 2n] }),
    of({ map: new Map() }),
    of(circle),
    of({ deep: [new Uint8Array(1)] }),
  ]);
  expect(sent.value).toEqual([
    `not-json: ${what}: "a.f" is a function, which JSON does not have`,
    `not-json: ${what}: "list.1" is a bigint, which JSON does not have`,
    `not-json: ${what}: "map" is a Map, which JSON does not have`,
    `not-json: ${what}: "self.circle" is a part of itself, which JSON does not have`,
    `not-json: ${what}: "deep.0" is binary. Hand it over in "buffers"`,
  ]);
  expect(typesOf(it.client.publishedFor(sent.request))).toEqual(["execute_input"]);
  comm.close();
  expect(of({})).toBe(`comm-closed: ${what}: it is closed`);
});

test("dates, missing values and numbers without a JSON form are sent as JSON has them", async () => {
  const when = new Date(0);
  const { request } = await it.run(() =>
    it.kernel.comms.open("t").send({ when, gone: undefined, list: [undefined, NaN], same: [when, when] }),
  );
  const message = await it.client.show(request, "comm_msg");
  const text = when.toISOString();
  expect(message.content["data"]).toEqual({ when: text, list: [null, null], same: [text, text] });
});

test("a comm that is closed while a message for it is under way hears no more", async () => {
  const told: unknown[] = [];
  let comm: Comm | undefined;
  await it.run(() => {
    comm = it.kernel.comms.open("t");
    comm.on("message", ({ data }) => {
      told.push(data["n"]);
      comm?.close();
    });
  });
  const [first, second] = [1, 2].map((n) => it.client.send("comm_msg", { comm_id: comm?.id, data: { n } }));
  for (const request of [first, second]) await it.client.idle(request as NonNullable<typeof request>);
  expect(told).toEqual([1]);
});
