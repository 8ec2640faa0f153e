import { crc32 } from "node:zlib";
import { getFileNameLowLevel, openPromise, type Entry, type ZipFile } from "yauzl";
import { LightnixError } from "../../errors.ts";
import type { Bytes } from "./decode.ts";
import { damaged, unsafe, type ArchiveEntry } from "./entry.ts";

const FORMAT_BITS = 0o170000;
const kinds: Readonly<Record<number, "folder" | "file" | "link">> = {
  0: "file",
  0o040000: "folder",
  0o100000: "file",
  0o120000: "link",
};
// Who made the entry, and so what its attributes mean: 3 is Unix, 19 is macOS.
const UNIX_MAKERS: ReadonlySet<number> = new Set([3, 19]);
const MAX_TARGET_BYTES = 4096;

/**
 * The entries of a zip, in the order of its directory. Contents are compared with their checksums when they have been read.
 *
 * @throws {LightnixError} `damaged-archive`, `unsafe-archive` for what is encrypted, compressed in an unknown way, or no file,
 *   folder or link
 */
export async function* zipEntries(path: string): AsyncGenerator<ArchiveEntry> {
  let zip: ZipFile | undefined;
  try {
    // Names are read here, so that our own checks and words apply to them.
    zip = await openPromise(path, { decodeStrings: false, lazyEntries: true, autoClose: false });
    for await (const entry of zip.eachEntry()) yield await archiveEntry(zip, entry);
  } catch (error) {
    throw error instanceof LightnixError || isAbort(error) ? error : damaged("zip", error);
  } finally {
    zip?.close();
  }
}

async function archiveEntry(zip: ZipFile, entry: Entry): Promise<ArchiveEntry> {
  const path = nameOf(entry);
  const mode = UNIX_MAKERS.has(entry.versionMadeBy >>> 8) ? entry.externalFileAttributes >>> 16 : 0;
  const kind = path.endsWith("/") ? "folder" : kinds[mode & FORMAT_BITS];
  if (kind === undefined) throw unsafe(path, "it is a device, pipe or socket");
  if (kind === "folder") return { kind, path };
  checkReadable(entry, path);
  if (kind === "link") return { kind, path, target: await readTarget(zip, entry, path) };
  return { kind, path, executable: (mode & 0o111) !== 0, content: contentOf(zip, entry, path) };
}

function nameOf(entry: Entry): string {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
  // Some programs of Windows write backslashes where the specification (APPNOTE.TXT, 4.4.17.1) wants slashes.
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
}

function checkReadable(entry: Entry, path: string): void {
  if (entry.isEncrypted()) throw unsafe(path, "it is encrypted");
  if (entry.compressionMethod === 0 || entry.compressionMethod === 8) return;
  throw unsafe(
    path,
    `it is compressed by method ${entry.compressionMethod}; only stored and deflated ones can be read`,
  );
}

async function* contentOf(zip: ZipFile, entry: Entry, path: string): AsyncGenerator<Uint8Array> {
  let sum = 0;
  try {
    for await (const chunk of (await zip.openReadStreamPromise(entry)) as Bytes) {
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    throw isAbort(error) ? error : damaged("zip", error);
  }
  if (sum !== entry.crc32)
    throw damaged("zip", new Error(`the checksum of ${JSON.stringify(path)} is wrong`));
}

async function readTarget(zip: ZipFile, entry: Entry, path: string): Promise<string> {
  if (entry.uncompressedSize > MAX_TARGET_BYTES)
    throw unsafe(path, "it is a link to a path that is too long");
  const chunks: Uint8Array[] = [];
  for await (const chunk of contentOf(zip, entry, path)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
