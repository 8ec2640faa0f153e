import { Script } from "node:vm";
import { CommError } from "../errors.ts";

/**
 * The text of a module of anywidget, out of a function that draws.
 *
 * @throws CommError `unknown-text` when the function has no text of its own, as bound ones
 */
export function renderModule(render: (...args: never[]) => unknown): string {
  const text = String(render);
  // The text of a method is one only in an object.
  for (const property of [`render: ${text}`, text]) {
    if (isProperty(property)) return `export default { ${property} };`;
  }
  throw new CommError(
    "unknown-text",
    `Cannot make a widget: the text of its function "${render.name}" is unknown. Write the function where the widget is made, and call it "render"`,
  );
}

function isProperty(text: string): boolean {
  try {
    const { render } = new Script(`({ ${text} })`).runInNewContext() as { render?: unknown };
    return typeof render === "function";
  } catch {
    return false;
  }
}
