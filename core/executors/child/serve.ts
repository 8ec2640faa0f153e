import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { loadBundle } from "../../stage/load-bundle.ts";
import { openBuild, type Announcer } from "../../stage/open-build.ts";
import { watchReads } from "../../reads/watch-reads.ts";
import { openStore, type Store } from "../../store/store.ts";
import { thrownFacts, thrownFrom } from "../processes/thrown-facts.ts";
import { FrameReader } from "../processes/frames.ts";
import {
  descriptors,
  START,
  type ChildBuild,
  type ChildStart,
  type ChildStore,
  type ToChild,
} from "../processes/protocol.ts";
import { BuildFault } from "../build-fault.ts";
import { print, redirectPrinting, tell } from "./outlet.ts";
import { refusedAccess } from "./refused-access.ts";
import { watchParent as watchParentHere } from "./watch-parent.ts";
import { isStillBusy, resources } from "./still-busy.ts";
import { offerToBeKilled, takeOver } from "./surroundings.ts";
import { unfinishedFiles } from "./unfinished-files.ts";

/** What a host gives to realizers. */
interface Host {
  readonly names: Readonly<Record<string, unknown>>;
  /** Waits until all is shown that a realizer has displayed. */
  readonly allShown?: () => Promise<void>;
}

/** A build under way. */
interface Current {
  readonly stopper: AbortController;
  /** Ends it for an error that nobody caught. */
  readonly fail: (thrown: unknown) => void;
}

const neverSettled =
  "its realizer awaits a promise that nothing can settle any more: no timer, no file, no connection and no process is left that it could wait for";

const notAwaited =
  "The realizer returned before all was written that it had begun to write, and was waited for. Let it wait itself, as by " +
  "await writeFile(...) or await finished(stream) of node:stream/promises: what goes wrong there is seen only then\n";

interface Given {
  readonly start: ChildStart;
  readonly host: Promise<Host>;
}

let current: Current | undefined;
const fromParent: Socket = new Socket({ fd: descriptors.fromParent, readable: true, writable: false });

/** Runs the builds that come from the parent, one at a time, until the parent has no more. */
export function serve(): void {
  const start = JSON.parse(process.env[START] ?? "{}") as ChildStart;
  Reflect.deleteProperty(process.env, START);
  watchParent();
  redirectPrinting();
  offerToBeKilled();
  // Traces name the cells and modules that the code came from.
  process.setSourceMapsEnabled(true);
  process.on("SIGTERM", () => stop(new Error("Its process was told to end (SIGTERM)")));
  process.on("uncaughtException", failCurrent);
  process.on("unhandledRejection", failCurrent);
  process.on("beforeExit", failStuck);
  process.on("exit", (code) => tell({ type: "exit", code }));
  const host = hostAt(start.host);
  // Whoever waits for it has the error; until then nobody has.
  host.catch(() => undefined);
  receive((message) => {
    if (message.type === "abort") current?.stopper.abort(thrownFrom(message.reason));
    else void run(message.build, { start, host });
  });
}

async function run(build: ChildBuild, given: Given): Promise<void> {
  const before = resources();
  const stopper = new AbortController();
  let failure: { readonly thrown: unknown } | undefined;
  let isUncaught = false;
  await new Promise<void>((resolve) => {
    // What a realizer does not wait for may fail while it runs, or in the turns after it: the build fails either way.
    const fail = (thrown: unknown): void => {
      failure ??= { thrown: refusedAccess(thrown) };
      isUncaught = true;
      resolve();
    };
    current = { stopper, fail };
    work(build, stopper.signal, given)
      .catch((thrown: unknown) => (failure ??= { thrown: refusedAccess(thrown) }))
      .finally(resolve);
  });
  const goesOn = await isStillBusy(before);
  current = undefined;
  mark(given.start.mark);
  tell({
    type: "ended",
    stillBusy: goesOn || isUncaught,
    ...(failure && { error: thrownFacts(failure.thrown) }),
  });
}

async function work(build: ChildBuild, signal: AbortSignal, { start, ...given }: Given): Promise<void> {
  tell({ type: "taken" });
  takeOver(build);
  const { dref, context, outs, scratch, args } = build;
  const store = storeOf(build.store);
  const { folders } = start;
  const { names, allShown } = await given.host;
  const packages = build.packages && new Map(Object.entries(build.packages));
  const bundle = await loadBundle(store, dref, { folders, host: names, packages });
  signal.throwIfAborted();
  const parts = { dref, config: store.config(dref), context, outs, scratch, args, signal, store };
  const open = openBuild({ ...parts, announce });
  try {
    const realize = async (): Promise<void> => {
      const before = resources();
      const returned = await aloneInTheLoop(async () => await bundle.realize(open.build as never));
      if (await unfinishedFiles(before, signal)) print("stderr", notAwaited);
      await allShown?.();
      await open.finish(returned);
    };
    await watchReads(parts, realize, { announce, isAlone: true });
  } finally {
    await open.close();
  }
}

/** Does some work while the parent's messages do not keep the event loop going: it ends by itself when the work can go no further. */
async function aloneInTheLoop<T>(task: () => Promise<T>): Promise<T> {
  fromParent.unref();
  try {
    return await task();
  } finally {
    fromParent.ref();
  }
}

// The event loop is empty, and a realizer still awaits something.
function failStuck(): void {
  if (current === undefined) return;
  fromParent.ref();
  current.fail(new BuildFault("build-stuck", neverSettled));
}

const announce: Announcer = {
  log: print,
  progress: (progress) => tell({ type: "progress", progress }),
  display: (shown) => tell({ type: "display", shown }),
  clear: (wait) => tell({ type: "clear", wait }),
  reads: (reads) => tell({ type: "reads", reads }),
};

const stores: Map<string, Store> = new Map();

function storeOf({ root, durable }: ChildStore): Store {
  const key = `${durable} ${root}`;
  const store = stores.get(key) ?? openStore({ root, durable });
  stores.set(key, store);
  return store;
}

/** What a host gives to realizers, by a module of the host's. */
async function hostAt(address: string | undefined): Promise<Host> {
  if (address === undefined) return { names: {} };
  const { createHost, allShown } = (await import(/* @vite-ignore */ address)) as HostModule;
  return { names: createHost(announce), ...(allShown && { allShown }) };
}

interface HostModule {
  createHost(announce: Announcer): Host["names"];
  readonly allShown?: Host["allShown"];
}

function failCurrent(thrown: unknown): void {
  if (current === undefined) process.exit(1);
  current.fail(thrown);
}

function stop(reason: Error): void {
  if (current === undefined) process.exit(0);
  current.stopper.abort(reason);
}

function receive(take: (message: ToChild) => void): void {
  const reader = new FrameReader<ToChild>();
  fromParent.on("data", (chunk: Buffer) => {
    for (const frame of reader.read(chunk)) if (frame.kind === "message") take(frame.message);
  });
  fromParent.on("error", () => undefined);
  // The parent has no more for this process to do, or is gone.
  fromParent.once("close", () => process.exit(0));
}

function watchParent(): void {
  // A restricted process may start no threads. What it does in an endless loop then, it does until it is killed.
  if (isRestricted()) return void watchParentHere().unref();
  const thread = new Worker(process.argv[1] as string, { execArgv: [] });
  thread.on("error", () => undefined);
  thread.unref();
}

function isRestricted(): boolean {
  return "permission" in process && process.permission !== undefined;
}

/** Everything that native code and other processes have printed comes before the mark. */
function mark(text: string): void {
  for (const descriptor of [1, 2]) {
    try {
      writeSync(descriptor, text);
    } catch {
      // The realizer has closed it, and the parent does not wait for long.
    }
  }
}
