import { childrenById, choiceByIndex, pagesByIndex, renamed } from "./control-wires.ts";
import type { Controls } from "./controls.ts";
import { looksOf } from "./looks.ts";
import type { OpenModel, StyleNames } from "./looks.ts";
import type { Wire } from "./model.ts";
import { pageClass } from "./page-class.ts";

/** Makes the controls of ipywidgets; `open` opens a model. */
export function createControls(open: OpenModel): Controls {
  const make = new Makers(open);
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
    intSlider: make.control("IntSlider", { value: 0, ...stepped }, slider),
    floatSlider: make.control("FloatSlider", { value: 0, ...fine }, slider),
    floatLogSlider: make.control("FloatLogSlider", { value: 1, base: 10, ...fine, min: -4, max: 0 }, slider),
    intRangeSlider: make.control("IntRangeSlider", { value: [25, 75], ...stepped }, slider),
    floatRangeSlider: make.control("FloatRangeSlider", { value: [2.5, 7.5], ...fine }, slider),
    intText: make.control("IntText", { value: 0, step: 1, ...described }, { style: "Description" }),
    floatText: make.control("FloatText", { value: 0, step: null, ...described }, { style: "Description" }),
    intProgress: make.control("IntProgress", shown, progress),
    floatProgress: make.control("FloatProgress", shown, progress),
    checkbox: make.control("Checkbox", { value: false, ...described }, { style: "Checkbox" }),
    toggleButton: make.control("ToggleButton", { value: false, kind: "", ...described }, toggle),
    text: make.control("Text", { value: "", placeholder: "", ...described }, text),
    textarea: make.control("Textarea", { value: "", placeholder: "", rows: null, ...described }, text),
    label: make.control("Label", { value: "" }, { style: "Label" }),
    html: make.control("HTML", { value: "" }, { style: "HTML" }),
    button: make.control(
      "Button",
      { kind: "", ...described },
      { style: "Button", wire: renamed("button_style") },
    ),
    dropdown: make.choice("Dropdown", "Description"),
    select: make.choice("Select", "Description"),
    radioButtons: make.choice("RadioButtons", "Description"),
    toggleButtons: make.choice("ToggleButtons", "ToggleButtons"),
    hbox: make.box("HBox"),
    vbox: make.box("VBox"),
    tab: make.pages("Tab", 0),
    accordion: make.pages("Accordion", null),
  };
}

const described = { description: "", disabled: false };

/** How a control is made, besides its state. */
interface Making {
  readonly style?: keyof StyleNames;
  readonly wire?: Wire;
}

/** Makes what makes a control, out of what it is called in the page. */
class Makers {
  readonly #open: OpenModel;

  constructor(open: OpenModel) {
    this.#open = open;
  }

  control(name: string, defaults: object, making: Making) {
    return (options: object = {}): never => this.#make(name, { ...defaults, ...options }, making);
  }

  /** Of what one of several values is chosen by. */
  choice(name: string, style: keyof StyleNames): never {
    return ((options: { readonly options: readonly unknown[] }) => {
      const state = { value: options.options[0], ...described, ...options };
      return this.#make(name, state, { style, wire: choiceByIndex });
    }) as never;
  }

  box(name: string) {
    return (children: readonly unknown[], looks: object = {}): never =>
      this.#make(name, { children, ...looks }, { wire: childrenById });
  }

  /** Of several controls that are seen one at a time. */
  pages(name: string, selected: number | null) {
    return (given: Readonly<Record<string, unknown>>, looks: object = {}): never => {
      const state = { children: Object.values(given), titles: Object.keys(given), selected, ...looks };
      return this.#make(name, state, { wire: pagesByIndex });
    };
  }

  // What a model shares is what its class in the page has; the types of Controls say what that is.
  #make(name: string, state: object, { style, wire }: Making): never {
    const looks = looksOf(this.#open, style, wire);
    const parts = { own: pageClass("controls", name), state: { ...state }, title: name };
    return this.#open({ ...parts, wire: looks.wire, onEnd: looks.close }) as never;
  }
}
