import type { IncomingMessage } from "node:http";
import { rename } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { errorCode, LightnixError } from "../../errors.ts";
import { mismatch, type Checksum } from "./checksum.ts";
import { Partial } from "./partial.ts";
import { get, refused, type Connections } from "./request.ts";
import { shownUrl } from "./shown-url.ts";

/** How patient a download is. Not part of any identity. */
export interface Patience {
  /** How often it tries again without having got any further: 5 times unless given. */
  readonly retries?: number | undefined;
  /** How long it waits before the first of these, in milliseconds; twice as long before each further one. 500 unless given. */
  readonly retryDelayMs?: number | undefined;
  /** After how long a silence a server counts as gone, in milliseconds: a minute unless given. */
  readonly stallMs?: number | undefined;
}

/** What to download, and where to. */
export interface DownloadRequest extends Patience {
  /** Where the content is; http or https. */
  readonly url: URL;
  /** The file to write, which must not be there. */
  readonly path: string;
  readonly checksum: Checksum;
  /** Where the beginning of it is kept after a failure, to go on with the next time. */
  readonly keptAt?: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (receivedBytes: number, totalBytes: number | undefined) => void;
  /** As in `get`. */
  readonly connections?: Connections | undefined;
  /** Told why it tries again. */
  readonly onRetry?: (reason: string) => void;
}

const LONGEST_DELAY_MS = 30_000;
// Servers that are busy, or whose gateway is. Everything else stays what it is when asked again.
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Downloads a file, goes on where a connection broke, and checks what has come. When it fails, the file is of no use.
 *
 * @throws {LightnixError} `download-failed`, `checksum-mismatch`; the signal's reason
 */
export async function download(request: DownloadRequest): Promise<void> {
  const { retries = 5, retryDelayMs = 500, signal } = request;
  const partial = await begin(request);
  let furthest = partial.received;
  try {
    if (partial.isComplete()) return;
    for (let failures = 0; ; failures++) {
      const broken = await attempt(request, partial);
      if (broken === undefined) return;
      if (partial.received > furthest) failures = 0;
      furthest = Math.max(furthest, partial.received);
      if (failures >= retries) throw gaveUp(request, broken, failures);
      request.onRetry?.(`${broken.reason}; trying again after ${partial.received} bytes`);
      const pause = Math.max(broken.pauseMs ?? 0, retryDelayMs * 2 ** failures);
      await delay(Math.min(pause, LONGEST_DELAY_MS), undefined, { signal });
    }
  } catch (error) {
    await keep(request, partial, error);
    signal.throwIfAborted();
    throw error;
  } finally {
    await partial.close();
  }
}

/** Begins with what an earlier download left, if there is something. Of several that want it, one gets it. */
async function begin({ path, checksum, keptAt }: DownloadRequest): Promise<Partial> {
  try {
    if (keptAt !== undefined) await rename(keptAt, path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    return await Partial.create(path, checksum);
  }
  return keptAt === undefined ? await Partial.create(path, checksum) : await Partial.resume(path, checksum);
}

/** Keeps what has come, unless it is known to be something else. */
async function keep({ path, keptAt }: DownloadRequest, partial: Partial, error: unknown): Promise<void> {
  if (keptAt === undefined || partial.received === 0 || errorCode(error) === "checksum-mismatch") return;
  // Another download may have been quicker to keep as much, and what cannot be kept is fetched again.
  await rename(path, keptAt).catch(() => undefined);
}

/** Why an attempt came to nothing that may come to something the next time. */
interface Broken {
  readonly reason: string;
  readonly cause?: unknown;
  readonly status?: number;
  /** How long the server wants to be left alone. */
  readonly pauseMs?: number;
}

/** Tries once. Undefined when all is there; throws when trying again is of no use. */
async function attempt(request: DownloadRequest, partial: Partial): Promise<Broken | undefined> {
  const { signal } = request;
  try {
    const answer = await get({
      ...request,
      headers: resumeHeaders(partial),
      stallMs: request.stallMs ?? 60_000,
    });
    try {
      const broken = await take(request, partial, answer);
      return broken ?? (await finish(request, partial));
    } finally {
      answer.destroy();
    }
  } catch (error) {
    signal.throwIfAborted();
    // The server promised more bytes than there are, but here is all that was asked for.
    if (partial.isComplete()) return undefined;
    if (!isPassing(error))
      throw error instanceof LightnixError ? error : refused(request.url, reasonOf(error));
    return { reason: reasonOf(error), cause: error };
  }
}

/** Asks for the rest, on the condition that the content is still the same (RFC 9110, 13.1.5 and 14.2). */
function resumeHeaders({ received, validator }: Partial): Record<string, string> {
  if (received === 0) return {};
  return { range: `bytes=${received}-`, ...(validator !== undefined && { "if-range": validator }) };
}

/** Takes what the server answers. */
async function take(
  request: DownloadRequest,
  partial: Partial,
  answer: IncomingMessage,
): Promise<Broken | undefined> {
  const { statusCode = 0, statusMessage = "", headers } = answer;
  if (statusCode === 206 && continues(headers["content-range"], partial.received)) partial.pieced = true;
  // It sends everything, or something else than it was asked for, or has nothing at that place.
  else if (partial.received > 0 && (statusCode === 200 || statusCode === 206 || statusCode === 416))
    await partial.restart();
  if (statusCode === 206 && !partial.pieced)
    return { reason: "the server sent another part than it was asked for" };
  if (statusCode === 416) return { reason: "the server has no such part of it", status: statusCode };
  if (statusCode !== 200 && statusCode !== 206) {
    const reason = `the server answers ${statusCode} ${statusMessage}`.trim();
    if (!PASSING.has(statusCode)) throw refused(request.url, reason, statusCode);
    return { reason, status: statusCode, ...retryAfter(headers["retry-after"]) };
  }
  partial.validator ??= validatorOf(answer);
  await read(request, partial, answer);
  return undefined;
}

async function read(request: DownloadRequest, partial: Partial, answer: IncomingMessage): Promise<void> {
  const length = Number(answer.headers["content-length"] ?? Number.NaN);
  const total = Number.isFinite(length) ? partial.received + length : undefined;
  for await (const chunk of answer as AsyncIterable<Uint8Array>) {
    await partial.append(chunk);
    request.onProgress?.(partial.received, total);
  }
}

/** Checks what has come. Pieces that do not fit together are given up for one more try in one piece. */
async function finish({ url, checksum }: DownloadRequest, partial: Partial): Promise<Broken | undefined> {
  if (partial.isComplete()) return undefined;
  const error = mismatch(`download "${shownUrl(url)}"`, checksum, partial.digest());
  if (!partial.pieced) throw error;
  await partial.restart();
  return { reason: "the pieces of it do not fit together", cause: error };
}

function continues(contentRange: string | undefined, received: number): boolean {
  return received > 0 && Number(/^bytes (\d+)-/.exec(contentRange ?? "")?.[1]) === received;
}

/** A weak entity tag says nothing about bytes. */
function validatorOf({ headers: { etag, "last-modified": modified } }: IncomingMessage): string | undefined {
  return etag !== undefined && !etag.startsWith("W/") ? etag : modified;
}

function retryAfter(value: string | undefined): { pauseMs?: number } {
  const seconds = Number(value ?? Number.NaN);
  return Number.isFinite(seconds) ? { pauseMs: seconds * 1000 } : {};
}

// The disk is full, there is no such server, or it is not who it says to be: asking again changes nothing.
const LASTING = /^(ENOSPC|EDQUOT|EFBIG|EIO|ENOTFOUND|CERT_|ERR_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO)/;

/** Whether an error is about the connection, and not about the address or the content. */
function isPassing(error: unknown): boolean {
  const code = errorCode(error) ?? "";
  return error instanceof LightnixError ? code === "stalled" : !LASTING.test(code);
}

function reasonOf(error: unknown): string {
  if (errorCode(error) === "ECONNRESET") return "the connection broke off";
  return error instanceof Error ? error.message.replace(/^Cannot download "[^"]*": /, "") : String(error);
}

function gaveUp({ url }: DownloadRequest, broken: Broken, failures: number): LightnixError {
  const { reason, cause, status } = broken;
  if (errorCode(cause) === "checksum-mismatch") return cause as LightnixError;
  const tries = failures === 0 ? "" : `; tried ${failures + 1} times`;
  return new LightnixError("download-failed", `Cannot download "${shownUrl(url)}": ${reason}${tries}`, {
    cause,
    data: { url: shownUrl(url), ...(status !== undefined && { status }) },
  });
}
