import { createHash } from "node:crypto";
import type { KernelComms } from "../create-comms.ts";
import { CommError } from "../errors.ts";
import { openModel } from "./model.ts";
import type { Model } from "./model.ts";
import { renderModule } from "./render-module.ts";
import { openSource } from "./source.ts";
import type { Source } from "./source.ts";
import type { Commands, WidgetFile, WidgetOptions } from "./widget.ts";

// Whichever version of anywidget a client has; what is used of it has not changed since its first.
const anyVersion = "*";

const classes = {
  _model_module: "anywidget",
  _model_module_version: anyVersion,
  _model_name: "AnyModel",
  _view_module: "anywidget",
  _view_module_version: anyVersion,
  _view_name: "AnyView",
  _view_count: null,
} as const;

/** What {@link openAnyWidget} works with. */
export interface AnyWidgetParts {
  readonly kernel: KernelComms;
  /** The notebook's folder. */
  readonly folder: string;
  readonly onEnd: () => void;
}

/**
 * Opens a widget of anywidget.
 *
 * @throws CommError `not-json`, `reserved-name`, `unreadable-source`, `unknown-text`
 */
export function openAnyWidget<State extends object, Named extends Commands>(
  options: WidgetOptions<State, Named>,
  { kernel, folder, onEnd }: AnyWidgetParts,
): Model<State> {
  const { css = "", commands = {} } = options;
  const state = { ...options.state };
  const esm = options.render === undefined ? options.esm : renderModule(options);
  refuseReserved(Object.keys(state));
  const source = (name: string, given: string | WidgetFile): Source =>
    openSource(given, { folder, onChange: (text) => model.setOwn({ [name]: text }) });
  const sources = [source("_esm", esm), source("_css", css)] as const;
  const [{ text: _esm }, { text: _css }] = sources;
  const release = (): void => {
    for (const one of sources) one.close();
    onEnd();
  };
  const own = { ...classes, _anywidget_id: `lightnix-${styleId(css === "" ? esm : css)}`, _esm, _css };
  const model = open(() => openModel<State>({ kernel, own, state, commands, onEnd: release }), release);
  return model;
}

function open<Made>(make: () => Made, release: () => void): Made {
  try {
    return make();
  } catch (error) {
    release();
    throw error;
  }
}

function refuseReserved(names: readonly string[]): void {
  const reserved = names.find((name) => name.startsWith("_"));
  if (reserved === undefined) return;
  throw new CommError(
    "reserved-name",
    `Cannot make a widget with the state "${reserved}": names that begin with "_" belong to the protocol`,
  );
}

// A page has one style sheet for all widgets of one id: those that have it from the same text or file.
function styleId(given: string | WidgetFile): string {
  const origin = typeof given === "string" ? given : String(given.file);
  return createHash("sha256").update(origin).digest("hex").slice(0, 16);
}
