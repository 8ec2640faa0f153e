import type { Fields } from "./model.ts";

// Whichever version a client has: what is used of them has been there since the first of these packages, or the sixth of ipywidgets.
const anyVersion = "*";

/** What a model says of its class in the page, which also says which view it has. */
export function pageClass(module: "base" | "controls", name: string): Fields {
  return {
    _model_module: `@jupyter-widgets/${module}`,
    _model_module_version: anyVersion,
    _model_name: `${name}Model`,
  };
}
