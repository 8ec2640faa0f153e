/** A text in a file, which is read again whenever it changes. */
export interface WidgetFile {
  /** Relative paths start at the notebook's folder. */
  readonly file: string | URL;
}

/** What the code in the page has of a widget. */
export interface PageModel<State extends object> {
  get<Name extends keyof State>(name: Name): State[Name];
  set<Name extends keyof State>(name: Name, value: State[Name]): void;
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

/** What a function that draws a widget is handed, in the page. */
export interface PageContext<State extends object> {
  readonly model: PageModel<State>;
  /** The element to draw in; its `ownerDocument` makes others. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a cell knows no types of a page
  readonly el: any;
}

/** Draws a widget; what it returns is called when the widget is removed. */
export type Render<State extends object> = (
  context: PageContext<State>,
  // oxlint-disable-next-line typescript/no-invalid-void-type -- most return nothing
) => void | (() => void) | Promise<void | (() => void)>;

/** What a widget is made of: what draws it is either a module or a function. */
export type WidgetOptions<State extends object> = WidgetLook<State> &
  (
    | {
        /**
         * The module that draws it in the page, as anywidget has it: its text, its address on the web, or a file. Its
         * default export is `{ render({ model, el }) { ... } }`.
         */
        readonly esm: string | WidgetFile;
        readonly render?: never;
      }
    | {
        /** Draws it. Only its text is sent to the page: it can use what it is handed and what pages have, and nothing else. */
        readonly render: Render<State>;
        readonly esm?: never;
      }
  );

/** What else a widget is made of. */
export interface WidgetLook<State extends object> {
  readonly css?: string | WidgetFile;
  /** What page and kernel share: JSON and bytes. Names that begin with "_" belong to the protocol. */
  readonly state?: State;
}

/** How long a callback takes part in events. */
export type TakeBack = () => void;

/**
 * A piece of the page that shares state with the kernel.
 *
 * @typeParam State what is shared
 */
export interface Widget<State extends object> {
  /** The id of its model, which is that of its comm. */
  readonly id: string;
  /**
   * What is shared. Setting a field sends it to the page: `counter.state.value = 3`. A change within an object is not
   * seen; set the field anew.
   */
  readonly state: State;
  readonly isOpen: boolean;
  /**
   * Sets several fields in one message.
   *
   * @throws CommError `not-json`, `comm-closed`
   */
  set(changes: Partial<State>): void;
  /** Has `callback` told that a field has changed, in the page or by the kernel. Gives the way back. */
  on<Name extends keyof State & string>(
    event: `change:${Name}`,
    callback: (value: State[Name], previous: State[Name]) => unknown,
  ): TakeBack;
  /** Has `callback` told which fields have changed together. */
  on(event: "change", callback: (changes: Partial<State>) => unknown): TakeBack;
  /** Has `callback` told what the page sends by `model.send`. */
  on(event: "message", callback: (content: unknown, buffers: readonly Uint8Array[]) => unknown): TakeBack;
  /** Has `callback` told that a client closed the widget. */
  on(event: "close", callback: () => unknown): TakeBack;
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
export type MakeWidget = <State extends object = Record<never, never>>(
  options: WidgetOptions<State>,
) => Widget<State>;
