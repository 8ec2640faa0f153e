import { sizeText } from "./text.ts";

const kinds = [
  { type: "image/png", name: "PNG image", starts: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: "image/jpeg", name: "JPEG image", starts: [0xff, 0xd8, 0xff] },
  { type: "image/gif", name: "GIF image", starts: [0x47, 0x49, 0x46, 0x38] },
  { type: "application/pdf", name: "PDF document", starts: [0x25, 0x50, 0x44, 0x46, 0x2d] },
] as const;

/** What some bytes are a picture or a document of. */
export interface PictureKind {
  readonly type: string;
  readonly name: string;
}

/** Recognises PNG, JPEG, GIF, WebP, PDF and SVG by how they begin. */
export function pictureKind(bytes: Uint8Array): PictureKind | undefined {
  const found = kinds.find(({ starts }) => starts.every((byte, index) => bytes[index] === byte));
  if (found !== undefined) return { type: found.type, name: found.name };
  const isWebp = asciiAt(bytes, 0) === "RIFF" && asciiAt(bytes, 8) === "WEBP";
  if (isWebp) return { type: "image/webp", name: "WebP image" };
  return isSvg(bytes) ? { type: svgType, name: "SVG image" } : undefined;
}

const svgType = "image/svg+xml";
const beginBytes = 2000;
const svgBegin = /^\uFEFF?\s*(?:<\?xml[^>]*>\s*|<!--[^]*?-->\s*|<!DOCTYPE\s+svg[^>]*>\s*)*<svg[\s>]/iu;

function isSvg(bytes: Uint8Array): boolean {
  // A text begins with a mark of UTF-8, a space or a tag.
  const first = bytes[0] ?? 0;
  const mayBe = first === 0x3c || first === 0xef || first <= 0x20;
  return mayBe && svgBegin.test(textOf(bytes.subarray(0, beginBytes)));
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** The bundle of a picture or document. */
export function pictureBundle(bytes: Uint8Array, { type, name }: PictureKind): Record<string, string> {
  const content = type === svgType ? textOf(bytes) : base64(bytes);
  return { [type]: content, "text/plain": `[${name}, ${sizeText(bytes.length)}]` };
}

/** Bytes as base64. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

function asciiAt(bytes: Uint8Array, start: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + 4));
}
