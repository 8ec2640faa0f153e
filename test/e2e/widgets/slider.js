function render({ model, el }) {
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: 1, max: 40, value: model.get("value"), className: "slider" });
  slider.addEventListener("input", () => {
    model.set("value", slider.valueAsNumber);
    model.save_changes();
  });
  model.on("change:value", () => {
    slider.value = model.get("value");
  });
  el.append(slider);
}

export default { render };
