import type { KernelComms } from "../create-comms.ts";
import { pack } from "../pack.ts";
import { openAnyWidget } from "./any-widget.ts";
import { createControls } from "./create-controls.ts";
import type { Controls } from "./controls.ts";
import { openModel } from "./model.ts";
import { unknownMethod } from "./widget-errors.ts";
import type { Model, ModelParts } from "./model.ts";
import type { MakeWidget } from "./widget.ts";

/** What widgets need of a kernel. */
export interface WidgetParts {
  readonly kernel: KernelComms;
  /** The notebook's folder. */
  readonly folder: string;
}

/** What cells see, and what the kernel does with all widgets. */
export interface Widgets {
  /** The module "lightnix/widgets". */
  readonly module: { readonly widget: MakeWidget; readonly controls: Controls };
  /** Sends the changes that wait until pages can take them; `fail` is told why one of them cannot be sent. */
  flush(fail: (error: unknown) => void): void;
}

/** Makes what "lightnix/widgets" gives cells. Clients that come later, after a page was loaded anew, get all widgets. */
export function createWidgets({ kernel, folder }: WidgetParts): Widgets {
  const open = new Set<Model<object>>();
  const keep = <Made extends Model<object>>(make: (onEnd: () => void) => Made): Made => {
    const made = make(() => open.delete(made));
    open.add(made);
    return made;
  };
  kernel.comms.registerTarget("jupyter.widget.control", (comm) => {
    comm.on("message", ({ data }) => {
      if (data["method"] !== "request_states") throw unknownMethod("the widgets' control", data["method"]);
      const states = Object.fromEntries([...open].map((one) => [one.id, one.whole()]));
      const { data: packed, buffers, paths } = pack(states, "the states of all widgets");
      comm.send({ method: "update_states", states: packed, buffer_paths: paths }, { buffers });
    });
  });
  const model = ({ onEnd: end, ...parts }: Omit<ModelParts, "kernel">): Model<object> =>
    keep((onEnd) =>
      openModel({
        kernel,
        ...parts,
        onEnd: () => {
          onEnd();
          end?.();
        },
      }),
    );
  return {
    module: {
      widget: (options) => keep((onEnd) => openAnyWidget(options, { kernel, folder, onEnd })),
      controls: createControls(model),
    },
    flush: (fail) => {
      for (const one of open) {
        try {
          one.flush();
        } catch (error) {
          // What was set may have changed since into something that JSON does not have.
          fail(error);
        }
      }
    },
  };
}
