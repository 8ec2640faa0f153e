import { LightnixError } from "../../errors.ts";

/** What an archive or a compressed file may be. `tar.*` is a compressed tar; `gz` and so on are one compressed file each. */
export type ArchiveFormat =
  | "tar"
  | "tar.gz"
  | "tar.bz2"
  | "tar.xz"
  | "tar.zst"
  | "zip"
  | "gz"
  | "bz2"
  | "xz"
  | "zst";

/** How bytes were compressed. */
export type Compression = "gz" | "bz2" | "xz" | "zst";

/** How much of the beginning of a file `isTarHead` needs, in bytes. */
export const TAR_HEAD_BYTES = 512;

const archiveFormats: readonly ArchiveFormat[] = [
  "tar",
  "tar.gz",
  "tar.bz2",
  "tar.xz",
  "tar.zst",
  "zip",
  "gz",
  "bz2",
  "xz",
  "zst",
];

const compressions: readonly (readonly [Compression, readonly number[]])[] = [
  ["gz", [0x1f, 0x8b]],
  ["bz2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ["zst", [0x28, 0xb5, 0x2f, 0xfd]],
];

/** How a file that begins like this is compressed, by its magic number; undefined when it is not. */
export function compressionOf(head: Uint8Array): Compression | undefined {
  return compressions.find(([, magic]) => startsWith(head, magic))?.[0];
}

/** Whether a file that begins like this is a zip. */
export function isZipHead(head: Uint8Array): boolean {
  // The second one is the head of a zip with nothing in it.
  return startsWith(head, [0x50, 0x4b, 3, 4]) || startsWith(head, [0x50, 0x4b, 5, 6]);
}

/**
 * Whether a file that begins like this is a tar: its first header has the right checksum (POSIX.1-2017, pax, "ustar Interchange
 * Format"; old tars have no magic number, but all have that).
 */
export function isTarHead(head: Uint8Array): boolean {
  if (head.length < TAR_HEAD_BYTES) return false;
  const header = head.subarray(0, TAR_HEAD_BYTES);
  const stated = Number.parseInt(Buffer.from(header.subarray(148, 156)).toString("latin1").trim(), 8);
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return stated === sum;
}

/** What a format says of a file: how it is compressed, and whether there is a tar inside. */
export function formatParts(format: Exclude<ArchiveFormat, "zip">): {
  readonly compression: Compression | undefined;
  readonly isTar: boolean;
} {
  if (format === "tar") return { compression: undefined, isTar: true };
  const isTar = format.startsWith("tar.");
  return { compression: (isTar ? format.slice(4) : format) as Compression, isTar };
}

/** Returns a format, or says which there are. @throws {LightnixError} `unknown-format` */
export function checkFormat(format: unknown): ArchiveFormat {
  const known = archiveFormats.find((one) => one === format);
  if (known !== undefined) return known;
  throw new LightnixError(
    "unknown-format",
    `Cannot unpack the format ${JSON.stringify(format)}: the formats are ${archiveFormats.join(", ")}`,
    { data: { format } },
  );
}

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return head.length >= magic.length && magic.every((byte, at) => head[at] === byte);
}
