import { createReadStream } from "node:fs";
import { mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LightnixError } from "../errors.ts";
import { pathSegments, self, type SelfPath } from "../path.ts";
import type { Build } from "../stage/build.ts";
import type { Matcher } from "../stage/matcher.ts";
import { stage, type Stage } from "../stage/stage.ts";
import { builtIn, closeBuiltIn } from "./built-in.ts";
import { checksumOf, mismatch, type Checksum, type ChecksumOptions } from "./download/checksum.ts";
import type { DownloadRequest, Patience } from "./download/download.ts";
import { Partial } from "./download/partial.ts";
import { shownUrl } from "./download/shown-url.ts";
import type { UnpackLimits } from "./extract/limits.ts";
import { nameFrom } from "./file-name.ts";
import { progressReporter } from "./report-progress.ts";

/** What every `fetchUrl` is told. */
export interface FetchUrlBase extends ChecksumOptions, Patience {
  readonly name: string;
  /** Where the content is: http, https or file. */
  readonly url: string | URL;
  /** Other places that have the same content, tried in turn when the first one fails. Not part of the identity. */
  readonly mirrors?: readonly (string | URL)[] | undefined;
  readonly matcher?: Matcher | undefined;
}

/** How to fetch a file as it is. */
export interface FetchFileOptions extends FetchUrlBase {
  readonly unpack?: false | undefined;
  /** What the file is called in the realization: the last part of the URL's path unless given. */
  readonly filename?: string | undefined;
}

/** How to fetch an archive and unpack it. */
export interface FetchArchiveOptions extends FetchUrlBase {
  readonly unpack: true;
  /** The folder of the realization to unpack into, instead of the realization itself. */
  readonly into?: string | undefined;
  /** How much the archive may come to. */
  readonly limits?: UnpackLimits | undefined;
}

/** The config of a fetched file. */
export interface FetchedFileConfig {
  readonly url: string;
  readonly sha256?: string;
  readonly sha1?: string;
  /** The file. */
  readonly file: SelfPath;
}

/** The config of a fetched archive, whose content is the realization. */
export interface FetchedArchiveConfig {
  readonly url: string;
  readonly sha256?: string;
  readonly sha1?: string;
  readonly unpack: true;
  /** The folder that it was unpacked into, where that is not the realization itself. */
  readonly into?: SelfPath;
}

/**
 * A stage that fetches a file from the net, and with `unpack` is what is in the archive there.
 *
 * Its identity is name, URL and checksum, not `mirrors` and not how patient it is. So a file that moved is better named as a
 * mirror first: another URL means another derivation, and what depends on it is built again. Without checksum, which only a
 * `file:` URL may be, the content is no part of the identity and is not looked at again; `fetchLocal` does that.
 *
 * A broken download is taken up where it broke, also by a later run (until then the beginning is kept in the store's `tmp`);
 * nothing is published before its checksum holds. To learn a checksum, give one
 * of zeros: the error shows the actual one. Errors in `cause` of the `build-failed`: `download-failed` (with `data.status`),
 * `checksum-mismatch`, and those of `unpack`.
 *
 * Source: `fetchurl` and `fetchurl2` of Pylightnix (stages/fetch.py, fetch2.py), and Nix's `fetchurl`.
 *
 * @throws {LightnixError} `invalid-url`, `no-checksum`, `invalid-checksum`, `invalid-name`, `invalid-path`
 *
 * @example
 * ```ts
 * const helloSrc = fetchUrl({
 *   name: "hello-src",
 *   url: "https://ftp.gnu.org/gnu/hello/hello-2.10.tar.gz",
 *   sha256: "31e066137a962676e89f69d1b65382de95a7ef7d914b8cb956f41ea72e0f516b",
 *   unpack: true,
 * });
 * const src = helloSrc.path("hello-2.10");
 * ```
 */
export function fetchUrl(options: FetchArchiveOptions): Stage<FetchedArchiveConfig>;
export function fetchUrl(options: FetchFileOptions): Stage<FetchedFileConfig>;
export function fetchUrl(options: FetchFileOptions | FetchArchiveOptions): Stage<FetchedConfig> {
  const { name, matcher } = options;
  const url = checkUrl(name, options.url);
  const mirrors = (options.mirrors ?? []).map((mirror) => checkUrl(name, mirror));
  const checksum = checksumOf(name, options);
  for (const place of [url, ...mirrors]) if (checksum === undefined) checkNeedsNone(name, place);
  const content = {
    url: url.href,
    ...(checksum && { [checksum.algorithm]: checksum.hex }),
    ...shape(options, url),
  } as FetchedConfig;
  const fetch = urlRealizer({ ...fetchingOf(options), mirrors: mirrors.map(({ href }) => href) });
  return stage({ name, config: content, matcher, realize: fetch, ...builtIn("fetchUrl", 1) });
}

/** What fetching goes by that no config has. */
export interface Fetching extends Patience {
  readonly mirrors: readonly string[];
  readonly limits?: UnpackLimits | undefined;
}

/** What fetches the file or archive that the config of a build names. */
export function urlRealizer(fetching: Fetching): (build: Build<FetchedConfig>) => Promise<void> {
  const fetch = (build: Build<FetchedConfig>): Promise<void> => realizeUrl(build, fetching);
  closeBuiltIn(fetch, "fetchUrl", fetching);
  return fetch;
}

function fetchingOf({
  retries,
  retryDelayMs,
  stallMs,
  ...options
}: FetchFileOptions | FetchArchiveOptions): Omit<Fetching, "mirrors"> {
  const limits = options.unpack === true ? options.limits : undefined;
  return {
    ...(retries !== undefined && { retries }),
    ...(retryDelayMs !== undefined && { retryDelayMs }),
    ...(stallMs !== undefined && { stallMs }),
    ...(limits !== undefined && { limits }),
  };
}

type FetchedConfig = FetchedFileConfig | FetchedArchiveConfig;

function shape(options: FetchFileOptions | FetchArchiveOptions, url: URL): object {
  if (options.unpack === true)
    return { unpack: true, ...(options.into !== undefined && { into: self(options.into) }) };
  return { file: self(options.filename ?? nameFrom(lastPart(url), options.name)) };
}

async function realizeUrl(build: Build<FetchedConfig>, fetching: Fetching): Promise<void> {
  // Read from the build, so that a stage redefined with another config fetches what that says.
  const config = build.config;
  const checksum = checksumOf(build.dref, config);
  const url = new URL(config.url);
  const fetched = join(await build.scratch(), "content");
  const urls = [url, ...fetching.mirrors.map((mirror) => new URL(mirror))];
  await fetchFirst(build, { ...fetching, urls, fetched, checksum });
  if ("file" in config) return await rename(fetched, build.path(...pathSegments(config.file)));
  const { into } = config;
  const out = into === undefined ? build.out : build.path(...pathSegments(into));
  await mkdir(out, { recursive: true });
  const { limits } = fetching;
  const onProgress = progressReporter(build, "unpacking");
  const request = {
    archive: fetched,
    name: lastPart(url),
    out,
    isTop: into === undefined,
    limits,
    onProgress,
  };
  // Loaded only here, as the decoders take longer to load than all the rest of core.
  const { extract } = await import("./extract/extract.ts");
  await extract({ ...request, signal: build.signal });
}

function lastPart({ pathname }: URL): string {
  const part = pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

interface FetchFirst extends Fetching {
  readonly urls: readonly URL[];
  readonly fetched: string;
  readonly checksum: Checksum | undefined;
}

/** Fetches from the first place that has it. */
async function fetchFirst(
  build: Build<FetchedConfig>,
  { urls, fetched, checksum, ...patience }: FetchFirst,
): Promise<void> {
  const errors: Error[] = [];
  for (const [index, url] of urls.entries()) {
    const path = `${fetched}-${index}`;
    const onProgress = progressReporter(build, `fetching ${shownUrl(url)}`);
    const onRetry = (reason: string): void => build.log(`${shownUrl(url)}: ${reason}`);
    const request = { ...patience, url, path, signal: build.signal, onProgress, onRetry };
    try {
      // Only a file: URL has no checksum.
      if (url.protocol === "file:" || checksum === undefined) await copyFile(request, checksum);
      else await downloadFrom({ ...request, checksum, keptAt: partialPath(build, checksum) });
      return await rename(path, fetched);
    } catch (error) {
      build.signal.throwIfAborted();
      errors.push(error as Error);
      if (index + 1 < urls.length) build.log((error as Error).message);
    }
  }
  const [first, ...others] = errors;
  throw first !== undefined && others.length === 0 ? first : noneOf(errors);
}

/** The beginning of a file is known by what the whole of it comes to, so that any place may go on with it. */
function partialPath({ store }: Build<FetchedConfig>, { hex }: Checksum): string {
  return join(store.root, "tmp", `partial-${hex}`);
}

async function downloadFrom(request: DownloadRequest): Promise<void> {
  // Loaded only here, as TLS takes its time to load.
  const { download } = await import("./download/download.ts");
  await download(request);
}

interface CopyRequest {
  readonly url: URL;
  readonly path: string;
  readonly signal: AbortSignal;
  readonly onProgress: (receivedBytes: number, totalBytes: number) => void;
}

async function copyFile(request: CopyRequest, checksum: Checksum | undefined): Promise<void> {
  const { url, path, signal, onProgress } = request;
  const from = fileURLToPath(url);
  const facts = await stat(from).catch((cause: unknown) => {
    throw new LightnixError("download-failed", `Cannot fetch "${url.href}": there is no ${from}`, { cause });
  });
  if (!facts.isFile()) {
    throw new LightnixError(
      "download-failed",
      `Cannot fetch "${url.href}": it is not a file. Folders are fetched by fetchLocal({ path: ${JSON.stringify(from)} })`,
    );
  }
  const partial = await Partial.create(path, checksum);
  try {
    for await (const chunk of createReadStream(from, { signal }) as AsyncIterable<Uint8Array>) {
      await partial.append(chunk);
      onProgress(partial.received, facts.size);
    }
    if (checksum !== undefined && !partial.isComplete())
      throw mismatch(`fetch "${url.href}"`, checksum, partial.digest());
  } finally {
    await partial.close();
  }
}

function noneOf(errors: readonly Error[]): LightnixError {
  const lines = errors.map(({ message }) => `- ${message}`).join("\n");
  return new LightnixError(
    "download-failed",
    `Cannot download it from any of ${errors.length} places\n${lines}`,
    {
      cause: new AggregateError(errors),
    },
  );
}

function checkUrl(name: string, text: string | URL): URL {
  const url = URL.canParse(String(text)) ? new URL(text) : undefined;
  if (url !== undefined && ["http:", "https:", "file:"].includes(url.protocol)) return url;
  const reason =
    url === undefined
      ? "is not an URL, such as https://example.org/data.tar.gz"
      : "is not http, https or file";
  throw new LightnixError(
    "invalid-url",
    `Cannot make the stage "${name}": ${JSON.stringify(String(text))} ${reason}`,
    {
      data: { url: String(text) },
    },
  );
}

function checkNeedsNone(name: string, url: URL): void {
  if (url.protocol === "file:") return;
  throw new LightnixError(
    "no-checksum",
    `Cannot make the stage "${name}": what comes from ${shownUrl(url)} needs a checksum, or nobody could tell what it is. ` +
      `If you do not know it, say { sha256: "${"0".repeat(64)}" } once: the error shows the actual one`,
    { data: { url: shownUrl(url) } },
  );
}
