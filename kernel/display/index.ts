export { toBundle } from "./bundle.ts";
export { CurrentOutput } from "./current-output.ts";
export { createDisplay, isDisplayHandle } from "./display.ts";
export type { Display, DisplayHandle, ImageOptions } from "./display.ts";
export type { CellOutput, MimeBundle, ShownBundle, StreamName } from "./mime.ts";
export { redirectStreams } from "./redirect.ts";
export { createTslab } from "./tslab.ts";
export type { Tslab } from "./tslab.ts";
