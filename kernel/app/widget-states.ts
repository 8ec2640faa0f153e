import { isJsonObject } from "../wire/json.ts";
import type { JsonObject } from "../wire/json.ts";
import type { Published } from "./client.ts";

interface SavedBuffer {
  readonly path: readonly (string | number)[];
  readonly encoding: "base64";
  readonly data: string;
}

interface SavedWidget {
  readonly state: JsonObject;
  readonly buffers: readonly SavedBuffer[];
}

const stateType = "application/vnd.jupyter.widget-state+json";

/**
 * Gathers the states of the widgets that a kernel has opened, as a notebook keeps them: with these, viewers draw widgets without a
 * kernel.
 *
 * Source: jupyter-widgets/ipywidgets, packages/schema/v2/state.schema.json.
 */
export class WidgetStates {
  readonly #widgets = new Map<string, SavedWidget>();

  /** Takes in what was published; what is of no widget is let by. */
  take({ type, content, buffers = [] }: Published): void {
    if (type === "comm_open" && content.target_name === "jupyter.widget") {
      this.#widgets.set(content.comm_id, changed({ state: {}, buffers: [] }, content.data, buffers));
    } else if (type === "comm_msg") {
      const widget = this.#widgets.get(content.comm_id);
      if (widget !== undefined) this.#widgets.set(content.comm_id, changed(widget, content.data, buffers));
    } else if (type === "comm_close") this.#widgets.delete(content.comm_id);
  }

  /** A notebook's metadata with these states, in the place of those of an earlier run. */
  in(metadata: JsonObject): JsonObject {
    const others = Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== "widgets"));
    if (this.#widgets.size === 0) return others;
    const state = Object.fromEntries([...this.#widgets].map(([id, widget]) => [id, saved(widget)]));
    return { ...others, widgets: { [stateType]: { version_major: 2, version_minor: 0, state } } };
  }
}

function changed(widget: SavedWidget, data: unknown, bytes: readonly Uint8Array[]): SavedWidget {
  if (!isJsonObject(data) || !isJsonObject(data["state"])) return widget;
  const paths = (data["buffer_paths"] ?? []) as SavedBuffer["path"][];
  const fresh = new Set([...Object.keys(data["state"]), ...paths.map(([name]) => name)]);
  const buffers = paths.map((path, index): SavedBuffer => ({
    path,
    encoding: "base64",
    data: Buffer.from(bytes[index] ?? []).toString("base64"),
  }));
  return {
    state: { ...widget.state, ...data["state"] },
    buffers: [
      ...widget.buffers.filter(({ path: [name] }) => name !== undefined && !fresh.has(name)),
      ...buffers,
    ],
  };
}

function saved({ state, buffers }: SavedWidget): JsonObject {
  const { _model_name = null, _model_module = null, _model_module_version = null } = state;
  return {
    model_name: _model_name,
    model_module: _model_module,
    model_module_version: _model_module_version,
    state,
    ...(buffers.length > 0 && { buffers }),
  };
}
