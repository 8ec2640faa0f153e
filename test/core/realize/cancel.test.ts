import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import {
  lens,
  realize,
  realize$,
  stage,
  type Build,
  type RealizeEvent,
  type Stage,
  type Store,
} from "../../../core/index.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";
import { failedFolders, leftovers } from "./leftovers.ts";
import { isAlive } from "../../support/is-alive.ts";

const forever = (build: Build): Promise<void> =>
  new Promise((_, reject) => build.signal.addEventListener("abort", () => reject(new Error("stopped"))));

async function nothingIsLeft(store: Store): Promise<void> {
  await vi.waitFor(() => expect(leftovers(store)).toEqual([]), { timeout: 20_000 });
  expect(failedFolders(store)).toEqual([]);
}

/** Subscribes, and unsubscribes once `when` says so. */
async function unsubscribeWhen(
  target: Stage,
  store: Store,
  when: (event: RealizeEvent) => boolean,
): Promise<RealizeEvent[]> {
  const events: RealizeEvent[] = [];
  await new Promise<void>((resolve, reject) => {
    const subscription = realize$(target, { store }).subscribe({
      next: (event) => {
        events.push(event);
        if (!when(event)) return;
        setImmediate(() => {
          subscription.unsubscribe();
          resolve();
        });
      },
      error: reject,
      complete: () => reject(new Error("this was to be cancelled")),
    });
  });
  return events;
}

describe("unsubscribing", () => {
  it("fires the signal, kills children and theirs, and takes folders and locks away", async () => {
    const store = freshStore();
    const pids = join(freshFolder(), "pids");
    const model = stage({
      name: "model",
      config: {},
      async realize(build) {
        const scratch = await build.scratch();
        await writeFile(join(scratch, "big"), "data");
        await writeFile(build.path("half"), "data");
        await build.exec("sh", ["-c", `sleep 100 & echo $! $$ > ${pids}; echo ready; wait`]);
      },
    });
    await unsubscribeWhen(model, store, ({ type }) => type === "log");
    const children = readFileSync(pids, "utf8").trim().split(" ").map(Number);
    expect(children).toHaveLength(2);
    await vi.waitFor(() => expect(children.filter(isAlive)).toEqual([]), { timeout: 20_000 });
    await nothingIsLeft(store);
    expect(store.realizations(lens(model).dref)).toEqual([]);
  });

  it("keeps what is finished", async () => {
    const store = freshStore();
    const done = stage({ name: "done", config: {}, realize() {} });
    const endless = stage({ name: "endless", config: { done }, realize: forever });
    await unsubscribeWhen(
      endless,
      store,
      (event) => event.type === "started" && event.dref === lens(endless).dref,
    );
    await nothingIsLeft(store);
    expect(await realize(done, { store, assertRealized: true })).toMatch(/^rref:/);
  });

  it("is the end of events", async () => {
    const store = freshStore();
    const endless = stage({ name: "endless", config: {}, realize: forever });
    const events = await unsubscribeWhen(endless, store, ({ type }) => type === "started");
    await nothingIsLeft(store);
    expect(events.map(({ type }) => type)).toEqual(["planned", "started"]);
  });

  it("does not wait for a realizer that takes no notice", async () => {
    const store = freshStore();
    let resume = (): void => {};
    const late: unknown[] = [];
    const deaf = stage({
      name: "deaf",
      config: {},
      async realize(build) {
        await new Promise<void>((resolve) => (resume = resolve));
        // Whatever it does now comes to nothing.
        for (const act of [
          () => build.log("hi"),
          () => build.progress({ current: 1 }),
          () => build.path("x"),
        ]) {
          try {
            act();
          } catch (error) {
            late.push(error);
          }
        }
        await build.exec("touch", ["x"]).catch((error: unknown) => late.push(error));
      },
    });
    await unsubscribeWhen(deaf, store, ({ type }) => type === "started");
    await nothingIsLeft(store);
    resume();
    await vi.waitFor(() => expect(late).toHaveLength(4), { timeout: 20_000 });
    expect(late).toEqual(late.map(() => expect.objectContaining({ name: "AbortError" })));
    expect(store.realizations(lens(deaf).dref)).toEqual([]);
  });

  it("ends the waiting for another one that builds the same", async () => {
    const store = freshStore();
    const endless = stage({ name: "endless", config: {}, realize: forever });
    const stopper = new AbortController();
    const first = realize(endless, { store, signal: stopper.signal });
    await vi.waitFor(() => expect(leftovers(store).some((path) => path.includes("build-"))).toBe(true), {
      timeout: 20_000,
    });
    const events = await unsubscribeWhen(endless, store, ({ type }) => type === "waiting");
    expect(events.at(-1)).toMatchObject({ type: "waiting", holder: { pid: process.pid } });
    stopper.abort();
    await expect(first).rejects.toMatchObject({ code: "cancelled" });
    await nothingIsLeft(store);
  });
});

describe("options.signal", () => {
  it("cancels, and the error comes when everything is cleared away", async () => {
    const store = freshStore();
    const done = stage({ name: "done", config: {}, realize() {} });
    const endless = stage({ name: "endless", config: { done }, realize: forever });
    const sink = stage({ name: "sink", config: { endless }, realize() {} });
    const stopper = new AbortController();
    const events: RealizeEvent[] = [];
    const error = await new Promise((resolve) => {
      realize$(sink, { store, signal: stopper.signal }).subscribe({
        next: (event) => {
          events.push(event);
          if (event.type === "started" && event.dref === lens(endless).dref)
            stopper.abort(new Error("enough"));
        },
        error: resolve,
      });
    });
    expect(error).toMatchObject({ code: "cancelled", cause: { message: "enough" }, data: { finished: 1 } });
    expect((error as Error).message).toBe(
      'Cannot realize "sink": it was cancelled; what was built before is kept: "done"',
    );
    expect(leftovers(store)).toEqual([]);
    const cancelled = events.filter(({ type }) => type === "cancelled");
    expect(cancelled.map((event) => "dref" in event && event.dref)).toEqual([
      lens(endless).dref,
      lens(sink).dref,
    ]);
  });

  it("that has fired already lets nothing start", async () => {
    const store = freshStore();
    const started = join(freshFolder(), "started");
    const model = stage({ name: "model", config: {}, realize: () => writeFile(started, "") });
    await expect(realize(model, { store, signal: AbortSignal.abort() })).rejects.toThrow(
      /it was cancelled; nothing was built/,
    );
    expect(existsSync(started)).toBe(false);
  });

  it("stops a realizer that reports its progress, when it does so", async () => {
    const store = freshStore();
    const stopper = new AbortController();
    let epochs = 0;
    const model = stage({
      name: "model",
      config: {},
      async realize(build) {
        for (;;) {
          build.progress({ current: ++epochs });
          if (epochs === 3) stopper.abort();
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    });
    await expect(realize(model, { store, signal: stopper.signal })).rejects.toMatchObject({
      code: "cancelled",
    });
    expect(epochs).toBe(4);
  });

  it("publishes nothing of a realizer that ended early because of it", async () => {
    const store = freshStore();
    const stopper = new AbortController();
    const polite = stage({
      name: "polite",
      config: {},
      async realize(build) {
        stopper.abort();
        if (build.signal.aborted) return;
        await writeFile(build.path("all"), "");
      },
    });
    await expect(realize(polite, { store, signal: stopper.signal })).rejects.toMatchObject({
      code: "cancelled",
    });
    expect(store.realizations(lens(polite).dref)).toEqual([]);
  });
});
