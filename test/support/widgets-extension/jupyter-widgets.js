// What the extension takes of ipywidgets' own packages, in one file for the page.
export * as base from "@jupyter-widgets/base";
export * as controls from "@jupyter-widgets/controls";
export { ManagerBase } from "@jupyter-widgets/base-manager";
