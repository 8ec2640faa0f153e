import { createHash } from "node:crypto";
import { inspect } from "node:util";
import type { Comm, CommMessage } from "../comm.ts";
import type { KernelComms } from "../create-comms.ts";
import { CommError } from "../errors.ts";
import { pack, unpack } from "../pack.ts";
import type { Path } from "../pack.ts";
import { openSource } from "./source.ts";
import type { Source } from "./source.ts";
import { renderModule } from "./render-module.ts";
import type { MakeWidget, TakeBack, Widget, WidgetFile, WidgetOptions } from "./widget.ts";

/** The version of the widget messaging protocol that is spoken: jupyter-widgets/ipywidgets, packages/schema/messages.md. */
const protocol = { major: 2, minor: 1 } as const;

// Whichever version of anywidget a client has; what is used of it has not changed since its first.
const anyVersion = "*";

const model = {
  _model_module: "anywidget",
  _model_module_version: anyVersion,
  _model_name: "AnyModel",
  _view_module: "anywidget",
  _view_module_version: anyVersion,
  _view_name: "AnyView",
  _view_count: null,
} as const;

/** What widgets need of a kernel. */
export interface WidgetParts {
  readonly kernel: KernelComms;
  /** The notebook's folder. */
  readonly folder: string;
}

/** Makes what "lightnix/widgets" gives cells. Clients that come later, after a page was loaded anew, get all widgets. */
export function createWidgets(parts: WidgetParts): { readonly widget: MakeWidget } {
  const open = new Map<string, AnyWidget<object>>();
  parts.kernel.comms.registerTarget("jupyter.widget.control", (comm) => {
    comm.on("message", ({ data }) => {
      if (data["method"] !== "request_states") throw unknownMethod("the widgets' control", data["method"]);
      const states = Object.fromEntries([...open].map(([id, one]) => [id, one.whole()]));
      const { data: packed, buffers, paths } = pack(states, "the states of all widgets");
      comm.send({ method: "update_states", states: packed, buffer_paths: paths }, { buffers });
    });
  });
  return {
    widget: (options) => {
      const made = new AnyWidget(options, parts);
      open.set(made.id, made);
      made.onEnd(() => open.delete(made.id));
      return made;
    },
  };
}

type Fields = Record<string, unknown>;
type Callback = (...told: never[]) => unknown;
type GuardedCallback = (...told: unknown[]) => Promise<void>;

class AnyWidget<State extends object> implements Widget<State> {
  readonly state: State;
  readonly #kernel: KernelComms;
  readonly #comm: Comm;
  readonly #callbacks = new Map<string, Set<GuardedCallback>>();
  readonly #sources: readonly Source[];
  /** What is the protocol's, and what is the user's. */
  readonly #own: Fields;
  readonly #fields: Fields;
  #end: () => void = () => undefined;

  constructor(options: WidgetOptions<State>, { kernel, folder }: WidgetParts) {
    const { css = "", state } = options;
    const esm = options.render === undefined ? options.esm : renderModule(options.render);
    this.#kernel = kernel;
    this.#fields = { ...state };
    const reserved = Object.keys(this.#fields).find((name) => name.startsWith("_"));
    if (reserved !== undefined) {
      throw new CommError(
        "reserved-name",
        `Cannot make a widget with the state "${reserved}": names that begin with "_" belong to the protocol`,
      );
    }
    const source = (name: string, given: string | WidgetFile): Source =>
      openSource(given, { folder, onChange: (text) => this.#replaceSource(name, text) });
    const [esmSource, cssSource] = [source("_esm", esm), source("_css", css)];
    this.#sources = [esmSource, cssSource];
    this.#own = {
      ...model,
      _anywidget_id: `lightnix-${styleId(css === "" ? esm : css)}`,
      _esm: esmSource.text,
      _css: cssSource.text,
    };
    this.#comm = this.#open();
    this.#comm.on("message", (message) => this.#receive(message));
    this.#comm.on("close", () => {
      this.#release();
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
    this.#send("update", Object.fromEntries(fresh));
    void this.#apply(fresh);
  }

  on(event: string, callback: Callback): TakeBack {
    const callbacks = this.#callbacks.get(event) ?? new Set();
    const guarded = this.#kernel.guard(callback as (...told: unknown[]) => unknown);
    this.#callbacks.set(event, callbacks.add(guarded));
    return () => void callbacks.delete(guarded);
  }

  send(content: unknown, extras: Parameters<Widget<State>["send"]>[1] = {}): void {
    this.#comm.send({ method: "custom", content }, extras);
  }

  close(): void {
    this.#release();
    this.#comm.close();
  }

  /** Has `end` told when the widget is closed, from either side. */
  onEnd(end: () => void): void {
    this.#end = end;
  }

  /** The model with all its state, for a client that has not seen it. */
  whole(): Fields {
    return {
      model_name: model._model_name,
      model_module: model._model_module,
      model_module_version: anyVersion,
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
      "text/plain": inspect(this),
    };
  }

  [inspect.custom](): string {
    return `Widget ${inspect(this.#fields, { breakLength: Infinity })}`;
  }

  #open(): Comm {
    const { data, buffers, paths } = pack(this.#all(), "the state of a widget");
    const opening = { state: data, buffer_paths: paths };
    const metadata = { version: `${protocol.major}.${protocol.minor}.0` };
    return this.#kernel.comms.open("jupyter.widget", opening, { metadata, buffers });
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

  #all(): Fields {
    return sent({ ...this.#own, ...this.#fields });
  }

  async #receive({ data, buffers }: CommMessage): Promise<void> {
    switch (data["method"]) {
      case "update":
        return await this.#update(data, buffers);
      case "request_state":
        return this.#send("update", this.#all());
      case "custom":
        return await this.#emit("message", data["content"], buffers);
      default:
        throw unknownMethod(`widget "${this.id}"`, data["method"]);
    }
  }

  // The echo goes to all clients before anything that the change causes: those that did not make it see it, and the one
  // that did knows which of its changes the kernel has seen.
  async #update({ state = {}, buffer_paths = [] }: Fields, buffers: readonly Uint8Array[]): Promise<void> {
    unpack({ data: state, buffers, paths: buffer_paths as readonly Path[] });
    const known = Object.entries(state as Fields).filter(([name]) => Object.hasOwn(this.#fields, name));
    this.#send("echo_update", Object.fromEntries(known));
    await this.#apply(this.#changesOf(known));
  }

  #changesOf(entries: readonly [string, unknown][]): [string, unknown][] {
    return entries.filter(([name, value]) => {
      const isKnown = Object.hasOwn(this.#fields, name);
      return !isKnown || !Object.is(this.#fields[name], value);
    });
  }

  async #apply(changes: readonly [string, unknown][]): Promise<void> {
    if (changes.length === 0) return;
    const previous = { ...this.#fields };
    const fresh = Object.fromEntries(changes);
    Object.assign(this.#fields, fresh);
    await Promise.all([
      ...changes.map(([name, value]) => this.#emit(`change:${name}`, value, previous[name])),
      this.#emit("change", fresh),
    ]);
  }

  async #emit(event: string, ...told: unknown[]): Promise<void> {
    // Of a copy: what is added by a callback is not told of this.
    await Promise.all([...(this.#callbacks.get(event) ?? [])].map((callback) => callback(...told)));
  }

  #send(method: "update" | "echo_update", state: Fields): void {
    const { data, buffers, paths } = pack(sent(state), `the state of widget "${this.id}"`);
    this.#comm.send({ method, state: data, buffer_paths: paths }, { buffers });
  }

  #replaceSource(name: string, text: string): void {
    this.#own[name] = text;
    if (this.isOpen) this.#send("update", { [name]: text });
  }

  #release(): void {
    for (const source of this.#sources) source.close();
    this.#end();
  }
}

// A page has one style sheet for all widgets of one id: those that have it from the same text or file.
function styleId(given: string | WidgetFile): string {
  const origin = typeof given === "string" ? given : String(given.file);
  return createHash("sha256").update(origin).digest("hex").slice(0, 16);
}

// A field without a value is there all the same, and JSON has no other word for that.
function sent(state: Fields): Fields {
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [name, value ?? null]));
}

function unknownMethod(whose: string, method: unknown): CommError {
  return new CommError(
    "unknown-method",
    `Cannot take a message of ${whose}: the method ${JSON.stringify(method)} is unknown`,
  );
}
