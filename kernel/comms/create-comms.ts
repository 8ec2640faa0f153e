import { randomUUID } from "node:crypto";
import type {
  Comm,
  CommAct,
  CommCallback,
  CommData,
  CommExtras,
  CommMessage,
  Comms,
  TargetCallback,
} from "./comm.ts";
import { CommError } from "./errors.ts";
import { copyBytes, pack } from "./pack.ts";

/** What comms need of a kernel. */
export interface CommHost {
  /** Sends to the clients, in the name of the request that the running code belongs to. */
  readonly send: (act: CommAct) => void;
  /** Shows what a callback threw. */
  readonly fail: (error: unknown) => void;
}

/** Calls callbacks with what they are told. What one of them throws is shown and stops none of the others. */
export type Emit = <Told extends readonly unknown[]>(
  callbacks: Iterable<(...told: Told) => unknown>,
  ...told: Told
) => Promise<void>;

/** The kernel's side of all comms. */
export interface KernelComms {
  /** What cells see. */
  readonly comms: Comms;
  readonly emit: Emit;
  /** Whether a comm is open. */
  isOpen(id: string): boolean;
  /** Takes what a client sent: callbacks are called at once; resolves when what they promised is settled. */
  receive(act: CommAct): Promise<void>;
}

/** Makes the comms of a kernel. */
export function createComms({ send, fail }: CommHost): KernelComms {
  const open = new Map<string, OpenComm>();
  const targets = new Map<string, TargetCallback>();
  const emit: Emit = async (callbacks, ...told) => {
    // Of a copy: what is added by a callback is not told of this.
    await Promise.all([...callbacks].map((callback) => settle(() => callback(...told), fail)));
  };
  const add = (id: string, target: string): OpenComm => {
    const comm = new OpenComm({ id, target, send, forget: () => open.delete(id) });
    open.set(id, comm);
    return comm;
  };
  return {
    emit,
    isOpen: (id) => open.has(id),
    comms: {
      open: (target, data = {}, extras = {}) => {
        const id = randomUUID();
        const message = checked(data, extras, `the opening of a comm to "${target}"`);
        const comm = add(id, target);
        send({ kind: "open", id, target, ...message });
        return comm;
      },
      registerTarget: (target, callback) => {
        targets.set(target, callback);
        return () => {
          if (targets.get(target) === callback) targets.delete(target);
        };
      },
      list: () => [...open.values()],
    },
    receive: async ({ kind, id, target, data, metadata, buffers }) => {
      const message = { data, metadata, buffers };
      if (kind !== "open") return await open.get(id)?.receive(kind, message, emit);
      const take = targets.get(target);
      if (take === undefined) return undefined;
      const comm = add(id, target);
      return await settle(
        () => take(comm, message),
        (error, isSync) => {
          if (isSync) comm.drop();
          fail(error);
        },
      );
    },
  };
}

// Called without a pause: messages are begun in the order in which they came.
async function settle(call: () => unknown, fail: (error: unknown, isSync: boolean) => void): Promise<void> {
  let isSync = true;
  try {
    const promised = call();
    isSync = false;
    await promised;
  } catch (error) {
    fail(error, isSync);
  }
}

function checked(data: CommData, { metadata = {}, buffers = [] }: CommExtras, what: string): CommMessage {
  return { data: jsonOf(data, what), metadata: jsonOf(metadata, what), buffers: buffers.map(copyBytes) };
}

function jsonOf(data: CommData, what: string): CommData {
  const packed = pack(data, what);
  const [path] = packed.paths;
  if (path === undefined) return packed.data;
  const place = path.join(".");
  throw new CommError("not-json", `Cannot send ${what}: "${place}" is binary. Hand it over in "buffers"`);
}

interface CommParts extends Pick<CommHost, "send"> {
  readonly id: string;
  readonly target: string;
  /** Told when it is closed, from either side. */
  readonly forget: () => void;
}

class OpenComm implements Comm {
  readonly #parts: CommParts;
  readonly #callbacks = { message: new Set<CommCallback>(), close: new Set<CommCallback>() };
  #isOpen = true;

  constructor(parts: CommParts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#parts.id;
  }

  get target(): string {
    return this.#parts.target;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  send(data: CommData, extras: CommExtras = {}): void {
    const { id, target } = this;
    const what = `a message of comm "${id}" (${target})`;
    if (!this.#isOpen) throw new CommError("comm-closed", `Cannot send ${what}: it is closed`);
    this.#parts.send({ kind: "message", id, target: "", ...checked(data, extras, what) });
  }

  close(data: CommData = {}, extras: CommExtras = {}): void {
    const { id } = this;
    if (!this.#isOpen) return;
    const message = checked(data, extras, `the closing of comm "${id}"`);
    this.drop();
    this.#parts.send({ kind: "close", id, target: "", ...message });
  }

  on(event: "message" | "close", callback: CommCallback): () => void {
    this.#callbacks[event].add(callback);
    return () => void this.#callbacks[event].delete(callback);
  }

  /** Takes what a client sent. */
  async receive(kind: "message" | "close", message: CommMessage, emit: Emit): Promise<void> {
    if (kind === "close") this.drop();
    await emit(this.#callbacks[kind], message);
  }

  /** Counts as closed from now on. */
  drop(): void {
    this.#isOpen = false;
    this.#parts.forget();
  }
}
