import type { Controls } from "./controls.ts";
import type { MakeWidget } from "./widget.ts";

export type { Button, Control, Controls } from "./controls.ts";
export type {
  Command,
  Commands,
  Initialize,
  MakeWidget,
  PageContext,
  PageModel,
  PageStart,
  Render,
  Widget,
  WidgetFile,
  WidgetOptions,
} from "./widget.ts";

// What cells see of "lightnix/widgets"; the kernel provides the values (see createWidgets), so that they belong to its session.
/** Makes a widget: a piece of the page that shares state with the kernel. */
export declare const widget: MakeWidget;
/** The usual controls: sliders, buttons, fields, and boxes that hold them. */
export declare const controls: Controls;
