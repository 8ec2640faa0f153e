/** A text in a file, which is read again whenever it changes. */
export interface WidgetFile {
  /** Relative paths start at the notebook's folder. */
  readonly file: string | URL;
}

type Bytes = ArrayBufferLike | ArrayBufferView;

/** What is `Kind` of bytes in the page, wherever they stand. */
type BytesAs<Kind, Value> = Value extends Bytes
  ? Kind
  : Value extends object
    ? { [Name in keyof Value]: BytesAs<Kind, Value[Name]> }
    : Value;

/** What the code in the page has of a widget. */
export interface PageModel<State extends object> {
  /** Bytes are views there, of whatever type they are here. */
  get<Name extends keyof State>(name: Name): BytesAs<DataView<ArrayBuffer>, State[Name]>;
  set<Name extends keyof State>(name: Name, value: BytesAs<ArrayBuffer | ArrayBufferView, State[Name]>): void;
  /** Sends what was set to the kernel. */
  save_changes(): void;
  on(event: `change:${keyof State & string}`, callback: () => void): void;
  on(
    event: "msg:custom",
    callback: (content: unknown, buffers: readonly DataView<ArrayBuffer>[]) => void,
  ): void;
  off(event?: string | null, callback?: ((...told: never[]) => void) | null): void;
  /** Sends what has nothing to do with the state. */
  send(content: unknown, callbacks?: undefined, buffers?: readonly (ArrayBuffer | ArrayBufferView)[]): void;
}

/**
 * Answers what the page asks by `experimental.invoke`. Bytes in the answer are taken out of it, and come beside it in the page.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- what the page sends is what the command says it takes
export type Command = (message: any, buffers: readonly Uint8Array[]) => unknown;

/** Commands by their names. */
export type Commands = Readonly<Record<string, Command>>;

/** What anywidget calls experimental. */
export interface PageExperimental<Named extends Commands> {
  /** Has the kernel run one of the widget's commands. Rejects when that throws, or `signal` fires. */
  invoke<Name extends keyof Named & string>(
    name: Name,
    message?: Parameters<Named[Name]>[0],
    options?: {
      readonly buffers?: readonly (ArrayBuffer | ArrayBufferView)[];
      readonly signal?: AbortSignal;
    },
  ): Promise<
    [answer: BytesAs<null | undefined, Awaited<ReturnType<Named[Name]>>>, buffers: DataView<ArrayBuffer>[]]
  >;
}

/** What a function that prepares a widget in the page is handed. */
export interface PageStart<State extends object, Named extends Commands> {
  readonly model: PageModel<State>;
  /** Fires when the widget, or this view of it, is removed (anywidget 0.11 and later). */
  readonly signal: AbortSignal;
  readonly experimental: PageExperimental<Named>;
}

/** What a function that draws a widget is handed, in the page. */
export interface PageContext<State extends object, Named extends Commands = Commands> extends PageStart<
  State,
  Named
> {
  /** The element to draw in; its `ownerDocument` makes others. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a cell knows no types of a page
  readonly el: any;
}

/** What is called in the end; most functions have nothing to do then. */
// oxlint-disable-next-line typescript/no-invalid-void-type -- so that they need not say so
export type CleanUp = void | (() => void) | Promise<void | (() => void)>;

/** Draws a widget, once for each place where it is shown; what it returns is called when it is removed from there. */
export type Render<State extends object, Named extends Commands = Commands> = (
  context: PageContext<State, Named>,
) => CleanUp;

/** Prepares a widget, once in a page, before it is drawn. */
export type Initialize<State extends object, Named extends Commands = Commands> = (
  context: PageStart<State, Named>,
) => CleanUp;

/** What a widget is made of: what draws it is either a module or a function. */
export type WidgetOptions<State extends object, Named extends Commands = Commands> = WidgetState<State> & {
  readonly css?: string | WidgetFile;
  /** What the page can have the kernel do: `await experimental.invoke("name", message)`. */
  readonly commands?: Named;
} & (
    | {
        /**
         * The module that draws it in the page, as anywidget has it: its text, its address on the web, or a file. Its
         * default export is `{ render({ model, el }) { ... } }`.
         */
        readonly esm: string | WidgetFile;
        readonly render?: never;
        readonly initialize?: never;
      }
    | WidgetFunctions<State, Named>
  );

/** What draws a widget that has no module. Only texts are sent to the page: they can use what they are handed and what pages have, and nothing else. */
export interface WidgetFunctions<State extends object, Named extends Commands> {
  readonly render: Render<State, Named>;
  readonly initialize?: Initialize<State, Named>;
  readonly esm?: never;
}

/**
 * What page and kernel share: JSON and bytes. Bytes that the page sets have the type of those in whose place they are, else they are
 * a Uint8Array. Names that begin with "_" belong to the protocol.
 */
export type WidgetState<State extends object> =
  Record<never, never> extends State ? { readonly state?: State } : { readonly state: State };

/** How long a callback takes part in events. */
export type TakeBack = () => void;

/** What callbacks are told of. */
export type WidgetEvents<State extends object> = {
  /** A field has changed, in the page or by the kernel. */
  readonly [Name in keyof State & string as `change:${Name}`]: (
    value: State[Name],
    previous: State[Name],
  ) => unknown;
} & {
  /** Which fields have changed together. */
  readonly change: (changes: Partial<State>) => unknown;
  /** What the page sends by `model.send`. */
  readonly message: (content: unknown, buffers: readonly Uint8Array[]) => unknown;
  /** A client has closed the widget, or draws none. What is set later is kept, and seen by nobody. */
  readonly close: () => unknown;
};

/**
 * A piece of the page that shares state with the kernel.
 *
 * @typeParam State what is shared
 * @typeParam More what else its callbacks are told of
 */
export interface Widget<State extends object, More extends object = Record<never, never>> {
  /** The id of its model, which is that of its comm. */
  readonly id: string;
  /**
   * What is shared. Setting a field sends it to the page: `counter.state.value = 3`, at most once in 20 ms, and the last value in
   * the end. A change within an object is not seen; set the field again.
   */
  readonly state: State;
  readonly isOpen: boolean;
  /**
   * Sets several fields in one message.
   *
   * @throws CommError `not-json`, `comm-closed`
   */
  set(changes: Partial<State>): void;
  /** Has `callback` told of what happens. Gives the way back. */
  on<Event extends keyof (WidgetEvents<State> & More)>(
    event: Event,
    callback: (WidgetEvents<State> & More)[Event],
  ): TakeBack;
  /**
   * Sends what has nothing to do with the state to the page: `model.on("msg:custom", (content, buffers) => ...)`.
   *
   * @throws CommError `not-json`, `comm-closed`
   */
  send(
    content: unknown,
    extras?: { readonly buffers?: readonly (ArrayBufferLike | ArrayBufferView)[] },
  ): void;
  /** Removes it from the page. */
  close(): void;
}

/**
 * Makes a widget; it is shown as the value of a cell, or by `display`.
 *
 * @example
 * const counter = widget({ esm: { file: "counter.js" }, state: { value: 0 } });
 * counter.on("change:value", (value) => console.log(`It is ${value}`));
 * counter.state.value = 3;
 *
 * @throws CommError `not-json`, `reserved-name`, `unreadable-source`, `unknown-text`
 */
export type MakeWidget = <State extends object = Record<never, never>, Named extends Commands = Commands>(
  options: WidgetOptions<State, Named>,
) => Widget<State>;
