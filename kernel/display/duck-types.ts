import { chartShowers } from "./shapes/charts.ts";
import { elementShowers } from "./shapes/elements.ts";
import { frameShowers } from "./shapes/frames.ts";
import { modelShowers } from "./shapes/models.ts";
import { pictureShowers } from "./shapes/rasters.ts";
import type { Shower } from "./shapes/shower.ts";
import { tensorShowers } from "./shapes/tensors.ts";

/** How values of well-known libraries and shapes are shown, the most telling first. `text/plain` is added by the caller. */
export const showers: readonly Shower[] = [
  ...pictureShowers,
  ...chartShowers,
  ...elementShowers,
  ...frameShowers,
  ...tensorShowers,
  ...modelShowers,
];
