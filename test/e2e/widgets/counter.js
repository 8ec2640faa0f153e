function render({ model, el }) {
  const button = document.createElement("button");
  button.className = "counter";
  const show = () => {
    button.textContent = `count is ${model.get("value")}`;
  };
  button.addEventListener("click", () => {
    model.set("value", model.get("value") + 1);
    model.save_changes();
  });
  model.on("change:value", show);
  show();

  const sum = document.createElement("button");
  sum.className = "sum";
  sum.textContent = "add bytes";
  sum.addEventListener("click", () => {
    model.send({ kind: "add" }, undefined, [new Uint8Array([1, 2, 3]).buffer]);
  });
  model.on("msg:custom", (content, [bytes]) => {
    sum.textContent = `sum is ${content.sum}, of ${bytes.byteLength} bytes`;
  });
  el.append(button, sum);
}

export default { render };
