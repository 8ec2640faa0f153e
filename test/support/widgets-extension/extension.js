// Widgets in the classic notebook: its kernels get a manager of ipywidgets, and its outputs are drawn by that.
define([
  "base/js/namespace",
  "base/js/events",
  "services/kernels/comm",
  "notebook/js/outputarea",
  "./jupyter-widgets",
], (Jupyter, events, { Comm }, { OutputArea }, { base, controls, ManagerBase }) => {
  const view = "application/vnd.jupyter.widget-view+json";

  // Where the modules are that models name, and what these import.
  window.requirejs.config({ map: { "*": { anywidget: "nbextensions/lightnix-widgets/anywidget" } } });
  window.define("@jupyter-widgets/base", [], () => base);
  window.define("@jupyter-widgets/controls", [], () => controls);
  const look = window.requirejs.toUrl("nbextensions/lightnix-widgets/jupyter-widgets.css");
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: look }));

  class Manager extends ManagerBase {
    constructor(kernel) {
      super();
      this.kernel = kernel;
      this.comms = kernel.comm_manager;
      this.comms.register_target(this.comm_target_name, (comm, message) =>
        this.handle_comm_open(comm, message),
      );
      // A kernel that was there before the page has widgets already.
      this.restored = this._loadFromKernel();
    }

    loadClass(name, module) {
      return new Promise((resolve, reject) => {
        window.requirejs(
          [module],
          (loaded) => {
            if (loaded[name] === undefined) reject(new Error(`${module} has no ${name}`));
            else resolve(loaded[name]);
          },
          reject,
        );
      });
    }

    // Asked for when the kernel has not made a widget yet.
    _get_comm_info() {
      return new Promise((resolve) => {
        this.kernel.comm_info(this.comm_target_name, ({ content }) => resolve(content.comms));
      });
    }

    // Without data it is one that the kernel has opened.
    async _create_comm(target, id, data, metadata, buffers) {
      if (data !== undefined) return this.comms.new_comm(target, data, {}, metadata, id, buffers);
      const comm = new Comm(target, id);
      this.comms.register_comm(comm);
      return comm;
    }
  }

  function append({ model_id }, metadata, element) {
    const area = this.create_output_subarea(metadata, "output_widget", view);
    this.keyboard_manager.register_events(area);
    element.append(area);
    draw(model_id, area[0]).catch((error) => area.text(`Cannot draw widget "${model_id}": ${error}`));
    return area;
  }

  async function draw(id, element) {
    const manager = Jupyter.notebook.kernel.widget_manager;
    await manager.restored;
    const drawn = await manager.create_view(await manager.get_model(id));
    base.JupyterLuminoWidget.attach(drawn.luminoWidget, element);
  }

  function manage(kernel) {
    if (kernel.widget_manager !== undefined) return;
    kernel.widget_manager = new Manager(kernel);
    // The page may have put other forms of them there, or nothing.
    for (const { output_area: area } of Jupyter.notebook.get_cells()) {
      if (!area?.outputs.some(({ data }) => data?.[view] !== undefined)) continue;
      const outputs = area.toJSON();
      area.clear_output(false, true);
      area.fromJSON(outputs);
    }
  }

  return {
    load_ipython_extension() {
      OutputArea.prototype.register_mime_type(view, append, { safe: true, index: 0 });
      events.on("kernel_created.Kernel kernel_created.Session", (_, { kernel }) => manage(kernel));
      if (Jupyter.notebook.kernel) manage(Jupyter.notebook.kernel);
    },
  };
});
