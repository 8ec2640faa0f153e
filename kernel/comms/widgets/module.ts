import type { MakeWidget } from "./widget.ts";

export type {
  MakeWidget,
  PageContext,
  PageModel,
  Render,
  Widget,
  WidgetFile,
  WidgetOptions,
} from "./widget.ts";

// What cells see of "lightnix/widgets"; the kernel provides the values (see createWidgets), so that they belong to its session.
/** Makes a widget: a piece of the page that shares state with the kernel. */
export declare const widget: MakeWidget;
