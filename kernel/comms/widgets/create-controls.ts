import { inspect } from "node:util";
import { CommError } from "../errors.ts";
import type { Controls } from "./controls.ts";
import { looksOf } from "./looks.ts";
import type { OpenModel, StyleNames } from "./looks.ts";
import type { Fields, Wire } from "./model.ts";

// Whichever version a client has: what is used of them has been there since the sixth of ipywidgets.
const anyVersion = "*";

/** Makes the controls of ipywidgets; `open` opens a model. */
export function createControls(open: OpenModel): Controls {
  // What a model shares is what its class in the page has; the types of Controls say what that is.
  const make = (name: string, state: object, { style, wire }: Making = {}): never => {
    const looks = looksOf(open, style, wire);
    const parts = { own: classesOf(name), state: { ...state }, title: name };
    return open({ ...parts, wire: looks.wire, onEnd: looks.close }) as never;
  };
  const control =
    (name: string, defaults: object, making: Making) =>
    (options: object = {}): never =>
      make(name, { ...defaults, ...options }, making);
  const choice = (name: string, style: keyof StyleNames): never =>
    ((options: { readonly options: readonly unknown[] }) =>
      make(
        name,
        { value: options.options[0], ...described, ...options },
        { style, wire: choiceByIndex },
      )) as never;
  const box =
    (name: string) =>
    (children: readonly unknown[], looks: object = {}): never =>
      make(name, { children, ...looks }, { wire: childrenById });
  const pages =
    (name: string, selected: number | null) =>
    (given: Readonly<Record<string, unknown>>, looks: object = {}): never => {
      const state = { children: Object.values(given), titles: Object.keys(given), selected, ...looks };
      return make(name, state, { wire: pagesByIndex });
    };
  const [slider, progress] = [
    { style: "Slider" },
    { style: "Progress", wire: renamed("bar_style") },
  ] as const;
  const text = { style: "Text" } as const;
  const toggle = { style: "ToggleButton", wire: renamed("button_style") } as const;
  const bounds = { min: 0, max: 100 };
  const stepped = { ...bounds, step: 1, ...described };
  const fine = { min: 0, max: 10, step: 0.1, ...described };
  const shown = { value: 0, ...bounds, description: "", kind: "" };
  return {
    intSlider: control("IntSlider", { value: 0, ...stepped }, slider),
    floatSlider: control("FloatSlider", { value: 0, ...fine }, slider),
    floatLogSlider: control("FloatLogSlider", { value: 1, base: 10, ...fine, min: -4, max: 0 }, slider),
    intRangeSlider: control("IntRangeSlider", { value: [25, 75], ...stepped }, slider),
    floatRangeSlider: control("FloatRangeSlider", { value: [2.5, 7.5], ...fine }, slider),
    intText: control("IntText", { value: 0, step: 1, ...described }, { style: "Description" }),
    floatText: control("FloatText", { value: 0, step: null, ...described }, { style: "Description" }),
    intProgress: control("IntProgress", shown, progress),
    floatProgress: control("FloatProgress", shown, progress),
    checkbox: control("Checkbox", { value: false, ...described }, { style: "Checkbox" }),
    toggleButton: control("ToggleButton", { value: false, kind: "", ...described }, toggle),
    text: control("Text", { value: "", placeholder: "", ...described }, text),
    textarea: control("Textarea", { value: "", placeholder: "", rows: null, ...described }, text),
    label: control("Label", { value: "" }, { style: "Label" }),
    html: control("HTML", { value: "" }, { style: "HTML" }),
    button: control("Button", { kind: "", ...described }, { style: "Button", wire: renamed("button_style") }),
    dropdown: choice("Dropdown", "Description"),
    select: choice("Select", "Description"),
    radioButtons: choice("RadioButtons", "Description"),
    toggleButtons: choice("ToggleButtons", "ToggleButtons"),
    hbox: box("HBox"),
    vbox: box("VBox"),
    tab: pages("Tab", 0),
    accordion: pages("Accordion", null),
  };
}

const described = { description: "", disabled: false };

/** How a control is made, besides its state. */
interface Making {
  readonly style?: keyof StyleNames;
  readonly wire?: Wire;
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
  toPage: ({ children }) =>
    children === undefined
      ? {}
      : {
          children: (children as readonly { readonly id: string }[]).map(({ id }) => `IPY_MODEL_${id}`),
        },
  // A page moves no children.
  fromPage: () => ({}),
};

// `kind` by the name that it has for a class.
function renamed(name: string): Wire {
  const rename = (from: string, to: string, { [from]: kind, ...others }: Fields): Fields => ({
    ...others,
    ...(kind !== undefined && { [to]: kind }),
  });
  return {
    toPage: (changes) => rename("kind", name, changes),
    fromPage: (changes) => rename(name, "kind", changes),
  };
}

const pagesByIndex: Wire = {
  toPage: ({ selected, ...changes }, all) => ({
    ...("children" in changes ? { ...changes, ...childrenById.toPage(changes, all) } : changes),
    ...(selected !== undefined && { selected_index: selected }),
  }),
  fromPage: ({ selected_index }) => (selected_index === undefined ? {} : { selected: selected_index }),
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
