import { types } from "node:util";
import { pictureBundle, pictureKind } from "../image.ts";
import { encodePng } from "../png.ts";
import { ownValue } from "./shower.ts";
import type { Shower, Shown } from "./shower.ts";

/** Pictures: their files in bytes, and their pixels as `ImageData` has them. */
export const pictureShowers: readonly Shower[] = [showBytes, showPixels];

function showBytes(value: object): Shown {
  if (!types.isUint8Array(value)) return undefined;
  const kind = pictureKind(value);
  return kind && pictureBundle(value, kind);
}

const maxPixels = 16_000_000;

// ImageData, PNG of pngjs, the bitmap of Jimp: four bytes for each pixel.
function showPixels(value: object): Shown {
  const field = (name: string): unknown => ownValue(value, name) ?? inherited(value, name);
  const [width, height, data] = [field("width"), field("height"), field("data")];
  if (typeof width !== "number" || typeof height !== "number") return undefined;
  if (!types.isUint8Array(data) && !types.isUint8ClampedArray(data)) return undefined;
  const pixels = width * height;
  if (pixels === 0 || pixels > maxPixels || data.length !== pixels * 4) return undefined;
  const name = `PNG image of ${width} x ${height} pixels`;
  return pictureBundle(encodePng({ width, height, data }), { type: "image/png", name });
}

// Those of ImageData are getters of the platform's own.
function inherited(value: object, name: string): unknown {
  return value.constructor.name === "ImageData" ? (Reflect.get(value, name) as unknown) : undefined;
}
