import type { Widget } from "./widget.ts";

/** What all controls have. */
interface Described {
  /** Stands beside it. */
  description: string;
  disabled: boolean;
}

interface Ranged extends Described {
  value: number;
  min: number;
  max: number;
}

interface Stepped extends Ranged {
  step: number;
}

/** A control: what it shares with the page, all of it with a value of its own. */
export type Control<State extends object> = (options?: Readonly<Partial<State>>) => Widget<State>;

interface Pressed extends Described {
  /** What colour it has; "" for none. */
  kind: "" | "primary" | "success" | "info" | "warning" | "danger";
}

interface Presses {
  /** It was pressed. */
  readonly click: () => unknown;
}

/** A button; `description` stands on it. */
export type Button = Widget<Pressed, Presses>;

/** What a box can hold. */
type Held = Pick<Widget<object>, "id">;

/** A box. */
type Box = (children: readonly Held[]) => Widget<{ children: readonly Held[] }>;

/**
 * The controls of ipywidgets, which every Jupyter has that has anywidget. `state.value` is what the user has chosen.
 *
 * @example
 * const rate = controls.floatSlider({ description: "rate", max: 0.1, step: 0.001, value: 0.01 });
 * const stop = controls.button({ description: "Stop" });
 * stop.on("click", () => controller.abort());
 * controls.hbox([rate, stop])
 */
export interface Controls {
  readonly intSlider: Control<Stepped>;
  readonly floatSlider: Control<Stepped>;
  readonly intProgress: Control<Omit<Ranged, "disabled">>;
  readonly checkbox: Control<Described & { value: boolean }>;
  readonly text: Control<Described & { value: string; placeholder: string }>;
  /** Text of a page: `value` is HTML. */
  readonly html: Control<{ value: string }>;
  readonly button: (options?: Readonly<Partial<Pressed>>) => Button;
  /** One of some values; it is the first unless `value` says otherwise. Changed `options` have to hold the value. */
  readonly dropdown: <const Value extends string | number | boolean>(options: {
    readonly options: readonly Value[];
    readonly value?: NoInfer<Value>;
    readonly description?: string;
    readonly disabled?: boolean;
  }) => Widget<Described & { options: readonly Value[]; value: Value }>;
  /** Widgets side by side. */
  readonly hbox: Box;
  /** Widgets one below the other. */
  readonly vbox: Box;
}
