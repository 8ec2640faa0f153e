import type { Fields, Model, ModelParts, Wire } from "./model.ts";
import { pageClass } from "./page-class.ts";

/** The box of a control, in CSS: `{ width: "50%", margin: "0 0 1em" }`. */
export type Layout = {
  readonly [
    Name in
      | "width"
      | "height"
      | "minWidth"
      | "minHeight"
      | "maxWidth"
      | "maxHeight"
      | "margin"
      | "padding"
      | "borderTop"
      | "borderRight"
      | "borderBottom"
      | "borderLeft"
      | "display"
      | "visibility"
      | "overflow"
      | "top"
      | "right"
      | "bottom"
      | "left"
      | "order"
      | "flex"
      | "flexFlow"
      | "alignContent"
      | "alignItems"
      | "alignSelf"
      | "justifyContent"
      | "justifyItems"
      | "objectFit"
      | "objectPosition"
      | "gridAutoColumns"
      | "gridAutoFlow"
      | "gridAutoRows"
      | "gridGap"
      | "gridTemplateRows"
      | "gridTemplateColumns"
      | "gridTemplateAreas"
      | "gridRow"
      | "gridColumn"
      | "gridArea"
  ]?: string;
};

type FontStyle =
  | "fontFamily"
  | "fontSize"
  | "fontStyle"
  | "fontVariant"
  | "fontWeight"
  | "textColor"
  | "textDecoration";

/** What there is to be said of the style of a control, of its class. */
export interface StyleNames {
  readonly Button: "buttonColor" | FontStyle;
  readonly Checkbox: "descriptionWidth" | "background";
  readonly Description: "descriptionWidth";
  readonly HTML: "background" | "descriptionWidth" | "fontSize" | "textColor";
  readonly Label: "background" | FontStyle;
  readonly Progress: "barColor" | "descriptionWidth";
  readonly Slider: "descriptionWidth" | "handleColor";
  readonly Text: "background" | "descriptionWidth" | "fontSize" | "textColor";
  readonly ToggleButton: FontStyle;
  readonly ToggleButtons: "buttonWidth" | "descriptionWidth" | "fontWeight";
}

/** Colours, fonts and widths of the parts of a control, in CSS: `{ handleColor: "green", descriptionWidth: "8em" }`. */
export type Style<Of extends keyof StyleNames> = { readonly [Name in StyleNames[Of]]?: string };

/** Opens the model of a widget. */
export type OpenModel = (
  parts: Pick<ModelParts, "own" | "state" | "wire" | "title" | "onEnd">,
) => Model<object>;

/** How a control looks: models of their own in the page, which are there when something is said of them. */
interface Looks {
  readonly wire: Wire;
  /** Closes their models. */
  readonly close: () => void;
}

/** Takes `layout` and `style` out of the state of a control and into models of their own. */
export function looksOf(open: OpenModel, style: keyof StyleNames | undefined, wire: Wire = asItIs): Looks {
  const models = new Map<string, Model<object>>();
  const classes: Readonly<Record<string, Fields>> = {
    layout: pageClass("base", "Layout"),
    ...(style !== undefined && { style: pageClass("controls", `${style}Style`) }),
  };
  const refer = (kind: string, own: Fields, given: unknown): string => {
    const said = inPage((given ?? {}) as Fields);
    const model = models.get(kind) ?? open({ own, state: said, title: kind });
    models.set(kind, model);
    const gone = Object.keys(model.state).filter((name) => !(name in said));
    model.set({ ...Object.fromEntries(gone.map((name) => [name, null])), ...said });
    return `IPY_MODEL_${model.id}`;
  };
  return {
    wire: {
      toPage: (changes, all) => {
        // What it refuses is refused before anything is opened.
        const others = wire.toPage(without(changes, classes), all);
        const referred = Object.entries(classes).flatMap(([kind, own]) =>
          kind in changes ? [[kind, refer(kind, own, changes[kind])] as const] : [],
        );
        return { ...others, ...Object.fromEntries(referred) };
      },
      fromPage: (changes, all) => wire.fromPage(without(changes, classes), all),
    },
    close: () => {
      for (const model of models.values()) model.close();
    },
  };
}

const asItIs: Wire = { toPage: (changes) => changes, fromPage: (changes) => changes };

function without(fields: Fields, names: object): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !(name in names)));
}

// `minWidth` is called `min_width` there.
function inPage(given: Fields): Fields {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}
