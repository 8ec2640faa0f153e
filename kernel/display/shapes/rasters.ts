import { types } from "node:util";
import { base64, pictureBundle, pictureKind } from "../image.ts";
import { encodePng } from "../png.ts";
import { hasMethods, ownValue } from "./shower.ts";
import type { Shower, Shown } from "./shower.ts";

/** Pictures: their files in bytes, alone and in a list, their pixels as `ImageData` has them, and what Jimp and Sharp make. */
export const pictureShowers: readonly Shower[] = [showBytes, showAll, showPixels, showJimp, showSharp];

function showBytes(value: object): Shown {
  if (!types.isUint8Array(value)) return undefined;
  const kind = pictureKind(value);
  return kind && pictureBundle(value, kind);
}

const maxPictures = 100;
const maxBytes = 20_000_000;

// Samples of a data set, say: side by side.
function showAll(value: object): Shown {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const shown: string[] = [];
  let bytes = 0;
  for (const one of value.slice(0, maxPictures) as unknown[]) {
    const kind = types.isUint8Array(one) ? pictureKind(one) : undefined;
    if (!types.isUint8Array(one) || kind === undefined || !kind.type.startsWith("image/")) return undefined;
    bytes += one.length;
    if (bytes > maxBytes) break;
    shown.push(`<img src="data:${kind.type};base64,${base64(one)}">`);
  }
  const left = value.length > shown.length ? `<p>${shown.length} of ${value.length} pictures</p>` : "";
  return { "text/html": `<div>${shown.join("\n")}</div>${left}`, "text/plain": `[${value.length} pictures]` };
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

function showJimp(value: object): Shown {
  const bitmap = ownValue(value, "bitmap");
  return typeof bitmap === "object" && bitmap !== null ? showPixels(bitmap) : undefined;
}

interface Sharp {
  clone(): { png(): { toBuffer(): Promise<Uint8Array> } };
}

// What Sharp is to make of a picture is made of a copy of it, so that it can still be used.
function showSharp(value: object): Shown {
  if (!hasMethods(value, "clone", "png", "toBuffer", "metadata", "resize")) return undefined;
  // One that takes its picture from a stream would be waited for until that ends.
  const input = fieldOf(ownValue(value, "options"), "input");
  if (Array.isArray(fieldOf(input, "buffer"))) return undefined;
  const { clone } = value as unknown as Sharp;
  return Reflect.apply(clone, value, [])
    .png()
    .toBuffer()
    .then((bytes) => pictureBundle(bytes, { type: "image/png", name: "PNG image" }));
}

function fieldOf(object: unknown, key: string): unknown {
  return typeof object === "object" && object !== null ? ownValue(object, key) : undefined;
}

// Those of ImageData are getters of the platform's own.
function inherited(value: object, name: string): unknown {
  return value.constructor.name === "ImageData" ? (Reflect.get(value, name) as unknown) : undefined;
}
