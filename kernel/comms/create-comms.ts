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
  /** Shows what a callback threw, where what it prints is shown. */
  readonly fail: (error: unknown) => void;
  /** Remembers where the calling code shows things: what runs in what it gives shows them there, too. */
  readonly keepPlace: () => <T>(run: () => T) => T;
}

/** Makes a callback one that shows things where it was made; what it throws is shown there, and never thrown on. */
export type Guard = <Told extends readonly unknown[]>(
  callback: (...told: Told) => unknown,
) => (...told: Told) => Promise<void>;

/** The kernel's side of all comms. */
export interface KernelComms {
  /** What cells see. */
  readonly comms: Comms;
  readonly guard: Guard;
  /** Whether a comm is open. */
  isOpen(id: string): boolean;
  /** Takes what a client sent: callbacks are called at once; resolves when what they promised is settled. */
  receive(act: CommAct): Promise<void>;
}

/** Makes the comms of a kernel. */
export function createComms({ send, fail, keepPlace }: CommHost): KernelComms {
  const open = new Map<string, OpenComm>();
  const targets = new Map<string, (comm: OpenComm, opening: CommMessage) => Promise<void>>();
  const guard: Guard = (callback) => {
    const inPlace = keepPlace();
    return async (...told) => await inPlace(async () => await settle(() => callback(...told), fail));
  };
  const add = (id: string, target: string): OpenComm => {
    const comm = new OpenComm({ id, target, send, guard, forget: () => open.delete(id) });
    open.set(id, comm);
    return comm;
  };
  return {
    guard,
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
        const take = guard((comm: OpenComm, opening: CommMessage) => taken(callback, comm, opening));
        targets.set(target, take);
        return () => {
          if (targets.get(target) === take) targets.delete(target);
        };
      },
      list: () => [...open.values()],
    },
    receive: async ({ kind, id, target, data, metadata, buffers }) => {
      const message = { data, metadata, buffers };
      if (kind !== "open") return await open.get(id)?.receive(kind, message);
      const take = targets.get(target);
      return take === undefined ? undefined : await take(add(id, target), message);
    },
  };
}

// Thrown at once, an error says that the comm is not wanted.
function taken(callback: TargetCallback, comm: OpenComm, opening: CommMessage): unknown {
  try {
    return callback(comm, opening);
  } catch (error) {
    comm.drop();
    throw error;
  }
}

// Called without a pause: messages are begun in the order in which they came.
async function settle(call: () => unknown, fail: (error: unknown) => void): Promise<void> {
  try {
    await call();
  } catch (error) {
    fail(error);
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
  readonly guard: Guard;
  /** Told when it is closed, from either side. */
  readonly forget: () => void;
}

type GuardedCallback = (message: CommMessage) => Promise<void>;

class OpenComm implements Comm {
  readonly #parts: CommParts;
  readonly #callbacks = { message: new Set<GuardedCallback>(), close: new Set<GuardedCallback>() };
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
    const guarded = this.#parts.guard(callback);
    this.#callbacks[event].add(guarded);
    return () => void this.#callbacks[event].delete(guarded);
  }

  /** Takes what a client sent. */
  async receive(kind: "message" | "close", message: CommMessage): Promise<void> {
    if (kind === "close") this.drop();
    // Of a copy: what is added by a callback is not told of this.
    await Promise.all([...this.#callbacks[kind]].map((callback) => callback(message)));
  }

  /** Counts as closed from now on. */
  drop(): void {
    this.#isOpen = false;
    this.#parts.forget();
  }
}
