import { readFileSync } from "node:fs";
import { displaySymbol, checkedBundle, toBundle } from "./bundle.ts";
import type { CurrentOutput } from "./current-output.ts";
import { pictureBundle, pictureKind } from "./image.ts";
import type { MimeBundle } from "./mime.ts";

/** Something that says how it is shown. */
export type DenoShown = { readonly [displaySymbol]: () => MimeBundle };

type Template = (texts: TemplateStringsArray, ...values: unknown[]) => DenoShown;

/** How something is displayed. */
interface DenoDisplayOptions {
  /** Whether the value is a MIME bundle. */
  readonly raw?: boolean;
  /** Whether it takes the place of what has that `display_id`. */
  readonly update?: boolean;
  readonly display_id?: string;
}

/**
 * `Deno.jupyter`, so that notebooks written for Deno show what they show there.
 *
 * Source: https://docs.deno.com/api/deno/~/Deno.jupyter
 */
export interface DenoJupyter {
  /** The name of the method by which a value says how it is shown. */
  readonly $display: typeof displaySymbol;
  /** Shows a value, or, with `raw`, a MIME bundle. */
  display(value: unknown, options?: DenoDisplayOptions): Promise<void>;
  /** The MIME bundle that a value is shown as. */
  format(value: unknown): Promise<MimeBundle>;
  readonly html: Template;
  readonly md: Template;
  readonly svg: Template;
  /** A picture, from its bytes or its file. */
  image(content: Uint8Array | string): DenoShown;
  /**
   * Publishes a message of Jupyter's: one that shows something, or `clear_output`.
   *
   * @throws TypeError for other messages
   */
  broadcast(type: string, content: Readonly<Record<string, unknown>>): Promise<void>;
}

/** Makes the `Deno.jupyter` of a session. */
export function createDenoJupyter(current: CurrentOutput): DenoJupyter {
  const show = (bundle: MimeBundle, { update = false, display_id: displayId }: DenoDisplayOptions): void =>
    current.get()?.display({
      bundle,
      metadata: {},
      ...(displayId !== undefined && { displayId }),
      ...(update && { isUpdate: true }),
    });
  return {
    $display: displaySymbol,
    display: async (value, options = {}) =>
      show(options.raw === true ? checkedBundle(value) : await toBundle(value), options),
    format: async (value) => await toBundle(value),
    html: template("text/html"),
    md: template("text/markdown"),
    svg: template("image/svg+xml"),
    image: (content) => picture(typeof content === "string" ? readFileSync(content) : content),
    broadcast: async (type, content) => {
      const { data, transient, name, text, wait } = content;
      const place = isObject(transient) ? (transient as { readonly display_id?: string }) : {};
      const { display_id: id } = place;
      const options = { update: type === "update_display_data", ...(id !== undefined && { display_id: id }) };
      if (type === "display_data" || type === "update_display_data") show(checkedBundle(data), options);
      else if (type === "clear_output") current.get()?.clear(wait === true);
      else if (type === "stream") current.print(name === "stderr" ? "stderr" : "stdout", String(text));
      else throw new TypeError(unknownMessage(type));
      await Promise.resolve();
    },
  };
}

function unknownMessage(type: string): string {
  const advice = type.startsWith("comm_")
    ? 'Comms and widgets are in "lightnix/comms" and "lightnix/widgets"'
    : "It can be display_data, update_display_data, clear_output or stream";
  return `Cannot broadcast a message "${type}": ${advice}`;
}

function template(type: string): Template {
  return (texts, ...values) => {
    const content = String.raw({ raw: texts }, ...values);
    return { [displaySymbol]: () => ({ [type]: content }) };
  };
}

function picture(bytes: Uint8Array): DenoShown {
  const kind = pictureKind(bytes);
  if (kind === undefined)
    throw new TypeError("Cannot show an image: its content is none of PNG, JPEG, GIF, WebP, SVG and PDF");
  return { [displaySymbol]: () => pictureBundle(bytes, kind) };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
