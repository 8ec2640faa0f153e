/** A text in a file, which is read again whenever it changes. */
export interface WidgetFile {
  /** Relative paths start at the notebook's folder. */
  readonly file: string | URL;
}

/** What a widget is made of. */
export interface WidgetOptions<State extends object> {
  /**
   * The module that draws it in the page, as anywidget has it: its text, its address on the web, or a file. Its default
   * export is `{ render({ model, el }) { ... } }`.
   */
  readonly esm: string | WidgetFile;
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
 * @throws CommError `not-json`, `reserved-name`, `unreadable-source`
 */
export type MakeWidget = <State extends object = Record<never, never>>(
  options: WidgetOptions<State>,
) => Widget<State>;
