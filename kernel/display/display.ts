import { randomUUID } from "node:crypto";
import { checkedBundle, toBundle } from "./bundle.ts";
import type { CurrentOutput } from "./current-output.ts";
import type { DisplayHandle } from "./display-handle.ts";
import { pictureBundle, pictureKind } from "./image.ts";
import type { MimeBundle, ShownBundle } from "./mime.ts";
import { isPlainObject } from "./plain.ts";
import { startProgress } from "./progress.ts";
import type { Progress, ProgressOptions } from "./progress.ts";

/** How large a picture is shown. */
export interface ImageOptions {
  /** Width in CSS pixels. */
  readonly width?: number;
  /** Height in CSS pixels. */
  readonly height?: number;
}

/**
 * Displays a value, or a MIME bundle, in the running cell.
 *
 * @example
 * display({ accuracy: 0.93 });
 * const shown = display.html("<b>one</b>");
 * shown.update({ "text/html": "<b>two</b>" });
 */
export interface Display {
  (value: unknown): DisplayHandle;
  /** HTML as it stands; whoever makes it escapes what it must. */
  html(text: string): DisplayHandle;
  markdown(text: string): DisplayHandle;
  svg(text: string): DisplayHandle;
  latex(text: string): DisplayHandle;
  javascript(text: string): DisplayHandle;
  text(text: string): DisplayHandle;
  /** A value that JSON keeps, as a tree where the client has one. */
  json(value: unknown): DisplayHandle;
  /**
   * A picture; its type is told by its content.
   *
   * @throws TypeError when the content is none of PNG, JPEG, GIF, WebP, SVG and PDF
   */
  image(content: Uint8Array | string, options?: ImageOptions): DisplayHandle;
  png(bytes: Uint8Array): DisplayHandle;
  jpeg(bytes: Uint8Array): DisplayHandle;
  gif(bytes: Uint8Array): DisplayHandle;
  pdf(bytes: Uint8Array): DisplayHandle;
  /** A bar that moves as one goes through it, from zero to below a number, or through the items of something. */
  progress(total: number, options?: ProgressOptions): Progress<number>;
  progress<T>(items: Iterable<T>, options?: ProgressOptions): Progress<T>;
  /** Any MIME type; bytes are sent as base64. */
  raw(type: string, content: string | Uint8Array): DisplayHandle;
}

/** What is to be shown, with metadata for each MIME type. */
export type Show = (content: unknown, metadata?: ShownBundle["metadata"]) => DisplayHandle;

/** How values of some kinds are shown; nothing for all others. */
export type ViewOf = (value: unknown) => Promise<MimeBundle> | undefined;

const nothingYet: MimeBundle = { "text/plain": "" };

/**
 * Makes the `display` of a session; what it shows goes to the cell that shows it. What is known at once is shown at once, and the rest
 * has its place until it comes, so that the order of a cell's outputs is that of its calls.
 */
export function createDisplay(current: CurrentOutput, viewOf: ViewOf = () => undefined): Display {
  return displayBy((content, metadata = {}) => {
    const displayId = randomUUID();
    const output = current.get();
    const put = (value: unknown, isUpdate = false): void => {
      const show = (bundle: MimeBundle, takesPlace: boolean): void =>
        output?.display({ bundle, metadata, displayId, ...(takesPlace && { isUpdate: true }) });
      const bundle = viewOf(value) ?? bundleOf(value);
      if (!(bundle instanceof Promise)) return show(bundle, isUpdate);
      if (!isUpdate) show(nothingYet, false);
      current.expect(bundle.then((late) => show(late, true)));
    };
    put(content);
    const update = (value: unknown): void => put(value, true);
    const handle = { id: displayId, update };
    handles.add(handle);
    return handle;
  });
}

const handles = new WeakSet<object>();

/** Whether a value is the handle of something that was displayed, and so need not be shown once more. */
export function isDisplayHandle(value: unknown): boolean {
  return typeof value === "object" && value !== null && handles.has(value);
}

/** A `display` that hands what is to be shown to `show`. */
export function displayBy(show: Show): Display {
  const of = (type: string) => (content: string | Uint8Array) => show({ [type]: content });
  return Object.assign((value: unknown) => show(value), {
    html: of("text/html"),
    markdown: of("text/markdown"),
    svg: of("image/svg+xml"),
    latex: of("text/latex"),
    javascript: of("application/javascript"),
    text: of("text/plain"),
    png: of("image/png"),
    jpeg: of("image/jpeg"),
    gif: of("image/gif"),
    pdf: of("application/pdf"),
    json: (value: unknown) =>
      show({ "application/json": value, "text/plain": JSON.stringify(value, undefined, 2) }),
    image: (content: Uint8Array | string, size: ImageOptions = {}) => {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      const kind = pictureKind(bytes);
      if (kind === undefined) throw new TypeError(unknownPicture);
      return show(pictureBundle(bytes, kind), { [kind.type]: size });
    },
    progress: <T>(over: number | Iterable<T>, options: ProgressOptions = {}) => {
      const bar = startProgress(over, options, show);
      handles.add(bar);
      // Numbers when a number was given, else the items.
      return bar as Progress<T> & Progress<number>;
    },
    raw: (type: string, content: string | Uint8Array) => of(type)(content),
  });
}

const unknownPicture =
  "Cannot display an image: its content is none of PNG, JPEG, GIF, WebP, SVG and PDF. display.raw(type, bytes) shows any type";

function bundleOf(content: unknown): MimeBundle | Promise<MimeBundle> {
  return isMimeBundle(content) ? checkedBundle(content) : toBundle(content);
}

/** Whether an object is a MIME bundle itself: plain, with MIME types as its fields and nothing else. */
function isMimeBundle(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => /^[\w.+-]+\/[\w.+-]+$/u.test(key));
}
