import { inspect } from "node:util";
import { CommError } from "../errors.ts";
import type { Controls } from "./controls.ts";
import type { Fields, Model, ModelParts, Wire } from "./model.ts";

// Whichever version a client has: what is used of them has been there since the sixth of ipywidgets.
const anyVersion = "*";

/** Makes the controls of ipywidgets; `open` opens a model. */
export function createControls(
  open: (parts: Pick<ModelParts, "own" | "state" | "wire" | "title">) => Model<object>,
): Controls {
  // What a model shares is what its class in the page has; the types of Controls say what that is.
  const make = (name: string, state: object, wire?: Wire): never =>
    open({ own: classesOf(name), state: { ...state }, title: name, ...(wire && { wire }) }) as never;
  const control =
    (name: string, defaults: object, wire?: Wire) =>
    (options: object = {}): never =>
      make(name, { ...defaults, ...options }, wire);
  const box =
    (name: string) =>
    (children: readonly unknown[]): never =>
      make(name, { children }, childrenById);
  const described = { description: "", disabled: false };
  return {
    intSlider: control("IntSlider", { value: 0, min: 0, max: 100, step: 1, ...described }),
    floatSlider: control("FloatSlider", { value: 0, min: 0, max: 10, step: 0.1, ...described }),
    intProgress: control("IntProgress", { value: 0, min: 0, max: 100, description: "" }),
    checkbox: control("Checkbox", { value: false, ...described }),
    text: control("Text", { value: "", placeholder: "", ...described }),
    html: control("HTML", { value: "" }),
    button: control("Button", { kind: "", ...described }, styleByKind),
    dropdown: (options) =>
      make("Dropdown", { value: options.options[0], ...described, ...options }, choiceByIndex),
    hbox: box("HBox"),
    vbox: box("VBox"),
  };
}

// Which view it has is said by its class in the page.
function classesOf(name: string): Fields {
  return {
    _model_module: "@jupyter-widgets/controls",
    _model_module_version: anyVersion,
    _model_name: `${name}Model`,
  };
}

const childrenById: Wire = {
  toPage: ({ children }) => ({
    children: (children as readonly { readonly id: string }[]).map(({ id }) => `IPY_MODEL_${id}`),
  }),
  // A page moves no children.
  fromPage: () => ({}),
};

const styleByKind: Wire = {
  toPage: ({ kind, ...others }) => ({ ...others, ...(kind !== undefined && { button_style: kind }) }),
  fromPage: ({ button_style, ...others }) => ({
    ...others,
    ...(button_style !== undefined && { kind: button_style }),
  }),
};

// The page has the labels of what can be chosen, and which of them is.
const choiceByIndex: Wire = {
  toPage: (changes, all) => {
    const { options, value, ...others } = changes;
    if (options === undefined && value === undefined) return others;
    const choices = all["options"] as readonly unknown[];
    const index = choices.indexOf(all["value"]);
    if (index < 0 && choices.length > 0) throw noChoice(all["value"], choices);
    return {
      ...others,
      ...(options !== undefined && { _options_labels: choices.map(String) }),
      index: index < 0 ? null : index,
    };
  },
  fromPage: ({ index, ...others }, all) => ({
    ...others,
    ...(typeof index === "number" && { value: (all["options"] as readonly unknown[])[index] }),
  }),
};

function noChoice(value: unknown, choices: readonly unknown[]): CommError {
  return new CommError("no-choice", `Cannot choose ${inspect(value)}: the options are ${inspect(choices)}`);
}
