import type { Layout, Style, StyleNames } from "./looks.ts";
import type { Widget } from "./widget.ts";

/** What all controls have. */
interface Described {
  /** Stands beside it. */
  description: string;
  disabled: boolean;
}

interface Ranged<Value = number> extends Described {
  value: Value;
  min: number;
  max: number;
}

interface Stepped<Value = number> extends Ranged<Value> {
  step: number;
}

/** How a control looks. */
interface Looks<Of extends keyof StyleNames> extends Laid {
  style?: Style<Of>;
}

/** Where and how large it is. */
interface Laid {
  layout?: Layout;
}

/** A control: what it shares with the page, all of it with a value of its own. */
export type Control<State extends object, Of extends keyof StyleNames = "Description"> = (
  options?: Readonly<Partial<State & Looks<Of>>>,
) => Widget<State & Looks<Of>>;

type Kind = "" | "primary" | "success" | "info" | "warning" | "danger";

interface Coloured {
  /** What colour it has; "" for none. */
  kind: Kind;
}

interface Presses {
  /** It was pressed. */
  readonly click: () => unknown;
}

type Pressed = Described & Coloured & Looks<"Button">;

/** A button; `description` stands on it. */
export type Button = Widget<Pressed, Presses>;

/** What a box can hold. */
type Held = Pick<Widget<object>, "id">;

/** A box. */
type Box = (
  children: readonly Held[],
  looks?: Readonly<Laid>,
) => Widget<{ children: readonly Held[] } & Laid>;

/** What shows one of some widgets at a time, by their titles. */
type Pages = (
  pages: Readonly<Record<string, Held>>,
  looks?: Readonly<Laid>,
) => Widget<{ children: readonly Held[]; titles: readonly string[]; selected: number | null } & Laid>;

/** One of some values; it is the first unless `value` says otherwise. Changed `options` have to hold the value. */
type Choice<Of extends keyof StyleNames = "Description"> = <const Value extends string | number | boolean>(
  options: {
    readonly options: readonly Value[];
    readonly value?: NoInfer<Value>;
    readonly description?: string;
    readonly disabled?: boolean;
  } & Readonly<Looks<Of>>,
) => Widget<Described & { options: readonly Value[]; value: Value } & Looks<Of>>;

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
  readonly intSlider: Control<Stepped, "Slider">;
  readonly floatSlider: Control<Stepped, "Slider">;
  /** For rates: `min` and `max` are powers of `base`, 10 unless given. */
  readonly floatLogSlider: Control<Stepped & { base: number }, "Slider">;
  readonly intRangeSlider: Control<Stepped<readonly [number, number]>, "Slider">;
  readonly floatRangeSlider: Control<Stepped<readonly [number, number]>, "Slider">;
  readonly intText: Control<Described & { value: number; step: number }>;
  readonly floatText: Control<Described & { value: number; step: number | null }>;
  readonly intProgress: Control<Omit<Ranged, "disabled"> & Coloured, "Progress">;
  readonly floatProgress: Control<Omit<Ranged, "disabled"> & Coloured, "Progress">;
  readonly checkbox: Control<Described & { value: boolean }, "Checkbox">;
  /** A button that stays pressed; `description` stands on it. */
  readonly toggleButton: Control<Described & Coloured & { value: boolean }, "ToggleButton">;
  readonly text: Control<Described & { value: string; placeholder: string }, "Text">;
  readonly textarea: Control<Described & { value: string; placeholder: string; rows: number | null }, "Text">;
  readonly label: Control<{ value: string }, "Label">;
  /** Text of a page: `value` is HTML. */
  readonly html: Control<{ value: string }, "HTML">;
  readonly button: (options?: Readonly<Partial<Pressed>>) => Button;
  readonly dropdown: Choice;
  /** A list in which one stands out. */
  readonly select: Choice;
  readonly radioButtons: Choice;
  readonly toggleButtons: Choice<"ToggleButtons">;
  /** Widgets side by side. */
  readonly hbox: Box;
  /** Widgets one below the other. */
  readonly vbox: Box;
  /** Widgets behind tabs: `tab({ Data: table, Model: form })`. */
  readonly tab: Pages;
  /** Widgets that fold. */
  readonly accordion: Pages;
}
