import { AsyncLocalStorage } from "node:async_hooks";
import type { CommAct } from "../../../kernel/comms/comm.ts";
import { createComms } from "../../../kernel/comms/create-comms.ts";
import type { KernelComms } from "../../../kernel/comms/create-comms.ts";
import type { CommMessage, CommOpening, Evaluator, Output } from "../../../kernel/session/evaluator.ts";
import { startSession } from "../../../kernel/session/start.ts";
import { memoryChannels } from "../../../kernel/wire/memory.ts";
import type { Header } from "../../../kernel/wire/header.ts";
import { TestClient } from "../session/client.ts";
import { EchoEvaluator } from "../session/echo-evaluator.ts";

/** A session over channels in memory, whose cells are functions of the test. */
export interface CommKernel {
  readonly kernel: KernelComms;
  readonly client: TestClient;
  /** What the session logged. */
  readonly logged: readonly string[];
  /** Runs a function as a cell; resolves with the header of its request when it is done. */
  readonly run: <T>(cell: () => T) => Promise<{ readonly value: T; readonly request: Header }>;
  /** Has `callback` called at the end of every cell. */
  readonly atEnd: (callback: () => void) => void;
  readonly close: () => Promise<void>;
}

/** Starts one, with a client. Whoever starts it closes it. */
export async function startCommKernel(): Promise<CommKernel> {
  const outputs = new AsyncLocalStorage<Output>();
  const places = new AsyncLocalStorage<Output | undefined>();
  const kernel = createComms({
    send: (act) => sendBy(outputs.getStore(), act),
    fail: (error) => {
      const { name, message } = error as Error;
      (places.getStore() ?? outputs.getStore())?.error({
        ename: name,
        evalue: message,
        traceback: [message],
      });
    },
    keepPlace: () => {
      const place = places.getStore();
      return (run) => places.run(place, run);
    },
  });
  let cell: () => unknown = () => undefined;
  let value: unknown;
  let end = (): void => undefined;
  const act = (kind: CommAct["kind"], message: CommMessage | CommOpening): CommAct => ({
    metadata: {},
    buffers: [],
    target: "",
    ...message,
    kind,
  });
  const evaluator: Evaluator = Object.assign(new EchoEvaluator(), {
    execute: (_: unknown, output: Output) => {
      value = places.run(output, () => outputs.run(output, cell));
      outputs.run(output, end);
      return Promise.resolve({ status: "ok" } as const);
    },
    commOpened: (opening: CommOpening, output: Output) =>
      outputs.run(output, () => {
        void kernel.receive(act("open", opening));
        return Promise.resolve(kernel.isOpen(opening.id));
      }),
    commReceived: (message: CommMessage, output: Output) =>
      outputs.run(output, () => kernel.receive(act("message", message))),
    commClosed: (message: CommMessage, output: Output) =>
      outputs.run(output, () => kernel.receive(act("close", message))),
  });
  const logged: string[] = [];
  const { kernel: channels, client: ends } = memoryChannels();
  const client = new TestClient(ends, "");
  const info = { implementation: "echo", implementationVersion: "1", languageVersion: "7", banner: "" };
  const session = await startSession({
    channels,
    evaluator,
    info,
    log: (...line) => logged.push(line.join(": ")),
  });
  await client.ready();
  return {
    kernel,
    client,
    logged,
    run: async <T>(given: () => T) => {
      cell = given;
      const request = client.send("execute_request", { code: "" });
      await client.outcome(request);
      return { value: value as T, request };
    },
    atEnd: (callback) => {
      end = callback;
    },
    close: () => session.close(),
  };
}

function sendBy(output: Output | undefined, { kind, ...message }: CommAct): void {
  if (kind === "open") output?.openComm(message);
  else if (kind === "message") output?.sendComm(message);
  else output?.closeComm(message);
}
