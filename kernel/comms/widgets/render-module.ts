import { Script } from "node:vm";
import { CommError } from "../errors.ts";

/** The functions of a widget that run in the page. */
export interface PageFunctions {
  readonly render: (...args: never[]) => unknown;
  readonly initialize?: (...args: never[]) => unknown;
}

// anywidget's own gives up after three seconds, and knows no answer to what fails.
const invoke = `const invoke = (model) => (name, msg, { buffers = [], signal } = {}) =>
  new Promise((resolve, reject) => {
    const id = Date.now().toString(36) + Math.random().toString(36).slice(1);
    const end = (settle, value) => { model.off("msg:custom", hear); settle(value); };
    const hear = (content, answered) => {
      if (content?.kind === "anywidget-command-response" && content.id === id) end(resolve, [content.response, answered]);
      if (content?.kind === "anywidget-command-failure" && content.command === id) end(reject, new Error(content.message));
    };
    if (signal?.aborted) return reject(signal.reason);
    signal?.addEventListener("abort", () => end(reject, signal.reason));
    model.on("msg:custom", hear);
    model.send({ id, kind: "anywidget-command", name, msg }, undefined, buffers);
  });
const handed = (given) => ({ ...given, experimental: { ...given.experimental, invoke: invoke(given.model) } });`;

/**
 * The text of a module of anywidget, out of the functions that draw and prepare.
 *
 * @throws CommError `unknown-text` when a function has no text of its own, as bound ones
 */
export function renderModule({ render, initialize }: PageFunctions): string {
  const given = { ...(initialize && { initialize }), render };
  const names = Object.keys(given) as (keyof typeof given)[];
  const texts = names.map((name) => propertyText(name, given[name]));
  const calls = names.map((name) => `${name}: (given) => own.${name}(handed(given))`);
  return `${invoke}
const own = { ${texts.join(",\n")} };
export default { ${calls.join(", ")} };`;
}

function propertyText(name: string, given: unknown): string {
  const text = String(given);
  // The text of a method is one only in an object.
  const found = [`${name}: ${text}`, text].find((property) => isProperty(property, name));
  if (found !== undefined) return found;
  throw new CommError(
    "unknown-text",
    `Cannot make a widget: the text of its function "${(given as { name: string }).name}" is unknown. Write the function where the widget is made, and call it "${name}"`,
  );
}

function isProperty(text: string, name: string): boolean {
  try {
    const made = new Script(`({ ${text} })`).runInNewContext() as Readonly<Record<string, unknown>>;
    return typeof made[name] === "function";
  } catch {
    return false;
  }
}
