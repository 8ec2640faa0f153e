import { inspect } from "node:util";
import type { InspectOptions } from "node:util";
import type { Comm, CommMessage } from "../comm.ts";
import type { KernelComms } from "../create-comms.ts";
import { pack, unpack } from "../pack.ts";
import type { Packed, Path } from "../pack.ts";
import { runCommand } from "./command.ts";
import type { Commands, TakeBack, Widget } from "./widget.ts";
import { Pace } from "./pace.ts";
import { closedWidget, unknownMethod } from "./widget-errors.ts";

/** The version of the widget messaging protocol that is spoken: jupyter-widgets/ipywidgets, packages/schema/messages.md. */
const protocol = { major: 2, minor: 1 } as const;

/** Fields of a state, by their names. */
export type Fields = Record<string, unknown>;

/** What the page calls a state, where that is not what cells call it. */
export interface Wire {
  /** Of fields that have changed; `all` has them, too. */
  toPage(changes: Fields, all: Fields): Fields;
  /** Of what the page has changed; `all` is the state until then. */
  fromPage(changes: Fields, all: Fields): Fields;
}

/** What {@link openModel} works with. */
export interface ModelParts {
  readonly kernel: KernelComms;
  /** What is the protocol's, among it the names of the classes in the page. */
  readonly own: Fields;
  /** What is the user's. */
  readonly state: Fields;
  readonly wire?: Wire;
  readonly commands?: Commands;
  /** What it is called as text. */
  readonly title?: string;
  /** Told when it is closed, from either side. */
  readonly onEnd?: () => void;
}

/** The kernel's side of a widget. */
export interface Model<State extends object> extends Widget<State> {
  /** Sends what waits until the page can take it. */
  flush(): void;
  /** Changes what is the protocol's. */
  setOwn(changes: Fields): void;
  /** The model with all its state, for a client that has not seen it. */
  whole(): Fields;
}

/**
 * Opens the model of a widget in the page, and here.
 *
 * @throws CommError `not-json`
 */
export function openModel<State extends object>(parts: ModelParts): Model<State> {
  return new SharedModel(parts);
}

type GuardedCallback = (...told: unknown[]) => Promise<void>;

class SharedModel<State extends object> implements Model<State> {
  readonly state: State;
  readonly #parts: ModelParts;
  readonly #comm: Comm;
  readonly #own: Fields;
  readonly #fields: Fields;
  readonly #callbacks = new Map<string, Set<GuardedCallback>>();
  /** Fields that the page has not seen yet. */
  readonly #waiting = new Set<string>();
  readonly #pace: Pace;
  // A page without a widget manager closes what it cannot draw: cells that work with the widget go on all the same.
  #isClosedByPage = false;

  constructor(parts: ModelParts) {
    this.#parts = parts;
    this.#own = { ...parts.own };
    this.#fields = { ...parts.state };
    this.#comm = this.#open();
    const guard = parts.kernel.guard;
    const later = guard((send: () => void) => send());
    this.#pace = new Pace({ send: () => this.#sendWaiting(), later: (send) => void later(send) });
    this.#comm.on("message", (message) => this.#receive(message));
    this.#comm.on("close", () => {
      this.#isClosedByPage = true;
      this.#waiting.clear();
      this.#parts.onEnd?.();
      return this.#emit("close");
    });
    this.state = this.#proxy();
  }

  get id(): string {
    return this.#comm.id;
  }

  get isOpen(): boolean {
    return this.#comm.isOpen;
  }

  set(changes: Partial<State>): void {
    const fresh = this.#changesOf(Object.entries(changes));
    if (fresh.length === 0) return;
    if (!this.isOpen && !this.#isClosedByPage) throw closedWidget(this.id);
    this.#pack(Object.fromEntries(fresh));
    const told = this.#apply(fresh);
    if (this.isOpen) {
      for (const [name] of fresh) this.#waiting.add(name);
      this.#pace.ask();
    }
    void this.#tell(told);
  }

  // Which event tells what is said by the types of Widget.
  on(event: PropertyKey, callback: unknown): TakeBack {
    const name = String(event);
    const callbacks = this.#callbacks.get(name) ?? new Set();
    const guarded: GuardedCallback = this.#parts.kernel.guard(callback as (...told: unknown[]) => unknown);
    this.#callbacks.set(name, callbacks.add(guarded));
    return () => void callbacks.delete(guarded);
  }

  send(content: unknown, extras: Parameters<Widget<State>["send"]>[1] = {}): void {
    if (this.#isClosedByPage) return;
    this.flush();
    this.#comm.send({ method: "custom", content }, extras);
  }

  close(): void {
    if (!this.isOpen) return;
    this.flush();
    this.#parts.onEnd?.();
    this.#comm.close();
  }

  flush(): void {
    if (this.#waiting.size > 0) this.#pace.flush();
  }

  setOwn(changes: Fields): void {
    Object.assign(this.#own, changes);
    if (this.isOpen) this.#send("update", pack(changes, this.#name()));
  }

  whole(): Fields {
    const { _model_name, _model_module, _model_module_version } = this.#own;
    return {
      model_name: _model_name,
      model_module: _model_module,
      model_module_version: _model_module_version,
      state: this.#all(),
    };
  }

  [Symbol.for("Jupyter.display")](): Fields {
    return {
      "application/vnd.jupyter.widget-view+json": {
        version_major: protocol.major,
        version_minor: protocol.minor,
        model_id: this.id,
      },
      "text/plain": `${inspect(this)}\n${whyText}`,
    };
  }

  [inspect.custom](depth: number, options: InspectOptions): string {
    const { title = "Widget" } = this.#parts;
    return depth < 0 ? `[${title}]` : `${title} ${inspect(this.#fields, { ...options, depth })}`;
  }

  #open(): Comm {
    const { data, buffers, paths } = pack(this.#all(), "the state of a widget");
    const opening = { state: data, buffer_paths: paths };
    const metadata = { version: `${protocol.major}.${protocol.minor}.0` };
    return this.#parts.kernel.comms.open("jupyter.widget", opening, { metadata, buffers });
  }

  #proxy(): State {
    return new Proxy(this.#fields, {
      set: (_, name, value) => {
        this.set({ [name]: value } as Partial<State>);
        return true;
      },
      defineProperty: () => false,
      deleteProperty: () => false,
    }) as State;
  }

  #name(): string {
    return `the state of widget "${this.id}"`;
  }

  #all(): Fields {
    return { ...this.#own, ...this.#toPage(this.#fields) };
  }

  // A field without a value is there all the same, and JSON has no other word for that.
  #toPage(changes: Fields): Fields {
    const { wire } = this.#parts;
    const named = wire === undefined ? changes : wire.toPage(changes, { ...this.#fields, ...changes });
    return Object.fromEntries(Object.entries(named).map(([name, value]) => [name, value ?? null]));
  }

  #pack(changes: Fields): Packed<Fields> {
    return pack(this.#toPage(changes), this.#name());
  }

  async #receive({ data, buffers }: CommMessage): Promise<void> {
    switch (data["method"]) {
      case "update":
        return await this.#update(data, buffers);
      case "request_state":
        this.#waiting.clear();
        return void this.#send("update", pack(this.#all(), this.#name()));
      case "custom":
        return await this.#custom(data["content"], buffers);
      default:
        throw unknownMethod(`widget "${this.id}"`, data["method"]);
    }
  }

  async #custom(content: unknown, buffers: readonly Uint8Array[]): Promise<void> {
    const { commands = {} } = this.#parts;
    const isCommand = await runCommand(content, buffers, { commands, widget: this });
    if (isCommand) return;
    const { event } = (content ?? {}) as { readonly event?: unknown };
    if (event === "click") await this.#emit("click");
    await this.#emit("message", content, buffers);
  }

  // The echo goes to all clients before anything that the change causes: those that did not make it see it, and the one
  // that did knows which of its changes the kernel has seen.
  async #update({ state = {}, buffer_paths = [] }: Fields, buffers: readonly Uint8Array[]): Promise<void> {
    unpack({ data: state, buffers, paths: buffer_paths as readonly Path[] }, this.#fields);
    const named = this.#parts.wire?.fromPage(state as Fields, this.#fields) ?? (state as Fields);
    const known = Object.entries(named).filter(([name]) => Object.hasOwn(this.#fields, name));
    // What the page has set is newer than what it has not been told yet.
    for (const [name] of known) this.#waiting.delete(name);
    this.#send("echo_update", this.#pack(Object.fromEntries(known)));
    await this.#tell(this.#apply(this.#changesOf(known)));
  }

  // What is in an object may have changed, though it is the same object.
  #changesOf(entries: readonly [string, unknown][]): [string, unknown][] {
    return entries.filter(([name, value]) => {
      const isObject = typeof value === "object" && value !== null;
      return isObject || !Object.hasOwn(this.#fields, name) || !Object.is(this.#fields[name], value);
    });
  }

  #apply(changes: readonly [string, unknown][]): readonly Change[] {
    return changes.map(([name, value]) => {
      const previous = this.#fields[name];
      this.#fields[name] = value;
      return { name, value, previous };
    });
  }

  async #tell(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0 || this.#callbacks.size === 0) return;
    const fresh = Object.fromEntries(changes.map(({ name, value }) => [name, value]));
    await Promise.all([
      ...changes.map(({ name, value, previous }) => this.#emit(`change:${name}`, value, previous)),
      this.#emit("change", fresh),
    ]);
  }

  async #emit(event: string, ...told: unknown[]): Promise<void> {
    // Of a copy: what is added by a callback is not told of this.
    await Promise.all([...(this.#callbacks.get(event) ?? [])].map((callback) => callback(...told)));
  }

  #sendWaiting(): number {
    const names = [...this.#waiting];
    this.#waiting.clear();
    if (names.length === 0 || !this.isOpen) return 0;
    return this.#send(
      "update",
      this.#pack(Object.fromEntries(names.map((name) => [name, this.#fields[name]]))),
    );
  }

  #send(method: "update" | "echo_update", { data, buffers, paths }: Packed): number {
    this.#comm.send({ method, state: data, buffer_paths: paths }, { buffers });
    return buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }
}

// Only where nothing draws widgets do people see a widget's text.
const whyText = "(a widget as text, as nothing here draws widgets; pip install ipywidgets anywidget)";

interface Change {
  readonly name: string;
  readonly value: unknown;
  readonly previous: unknown;
}
