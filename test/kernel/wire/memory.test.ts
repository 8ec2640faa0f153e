import { expect, test } from "vitest";
import { memoryChannels } from "../../../kernel/wire/memory.ts";
import type { Frames } from "../../../kernel/wire/message.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const texts = (frames: Frames): string[] => frames.map((frame) => Buffer.from(frame).toString());

test("the kernel sees the client's identity, the client does not", async () => {
  const { kernel, client } = memoryChannels(Buffer.from("me"));
  const seen: string[][] = [];
  client.shell.send([Buffer.from("early")]);
  kernel.shell.listen((frames) => {
    seen.push(texts(frames));
    kernel.shell.send([...frames, Buffer.from("!")]);
  });
  client.shell.listen((frames) => seen.push(texts(frames)));
  client.shell.send([Buffer.from("late")]);
  expect(seen).toEqual([]);
  await turn();
  expect(seen).toEqual([
    ["me", "early"],
    ["me", "late"],
    ["early", "!"],
    ["late", "!"],
  ]);
});

test("subscribers are told of and get what begins with their topic, until the kernel closes", async () => {
  const { kernel, client } = memoryChannels();
  const heard: string[] = [];
  const topics: string[] = [];
  client.subscribe((frames) => heard.push(...texts(frames)), "st");
  kernel.iopub.onSubscribe((topic) => topics.push(Buffer.from(topic).toString()));
  await turn();
  expect(topics).toEqual(["st"]);
  kernel.iopub.send([Buffer.from("stream")]);
  kernel.iopub.send([Buffer.from("other")]);
  await kernel.close();
  kernel.iopub.send([Buffer.from("stopped")]);
  await turn();
  expect(heard).toEqual(["stream"]);
});
