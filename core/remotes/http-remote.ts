import type { IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { errorCode, LightnixError } from "../errors.ts";
import type { DRef } from "../ref.ts";
import { parseLedger, type Signed } from "../signatures/ledger.ts";
import type { Statement } from "../signatures/statement.ts";
import { ledgerPath } from "../store/layout.ts";
import type { Connections } from "../stages/download/request.ts";
import { shownUrl } from "../stages/download/shown-url.ts";
import {
  notThere,
  tooMuch,
  unreachable,
  type FetchRequest,
  type ReadRequest,
  type Remote,
  type RemotePatience,
} from "./remote.ts";

const STALL_MS = 15_000;
const RETRIES = 2;
const RETRY_DELAY_MS = 200;
const MOST_CONNECTIONS = 16;
// Of a derivation with a hundred thousand signatures.
const LEDGER_BYTES = 64 * 2 ** 20;
// What servers answer for what is not there, or not for everybody: object stores say 403 where one may not list.
const ABSENT: ReadonlySet<number> = new Set([403, 404, 410]);

/** A store of which a web server hands out the folder. */
export class HttpRemote implements Remote {
  readonly place: string;
  readonly #base: URL;
  readonly #stallMs: number;
  readonly #retries: number;
  #connections: Connections | undefined;

  constructor(base: URL, { stallMs = STALL_MS, retries = RETRIES }: RemotePatience) {
    this.place = shownUrl(base).replace(/\/$/u, "");
    this.#base = base;
    this.#stallMs = stallMs;
    this.#retries = retries;
  }

  async read(path: string, request: ReadRequest): Promise<Buffer | undefined> {
    for (let failures = 0; ; failures++) {
      try {
        return await this.#readOnce(path, request);
      } catch (error) {
        request.signal.throwIfAborted();
        const code = errorCode(error);
        if (code === "too-much") throw error;
        if (failures >= this.#retries || code === "download-failed" || code === "ENOTFOUND")
          throw unreachable(this.place, reasonOf(error), error);
        await delay(RETRY_DELAY_MS * 2 ** failures, undefined, { signal: request.signal });
      }
    }
  }

  async fetch(path: string, to: string, request: FetchRequest): Promise<void> {
    const { sha256, limitBytes, signal, onBytes } = request;
    // Loaded only here, as TLS takes its time to load.
    const { download } = await import("../stages/download/download.ts");
    try {
      await download({
        url: this.#urlOf(path),
        path: to,
        checksum: { algorithm: "sha256", hex: sha256 },
        signal,
        connections: await this.#kept(),
        stallMs: this.#stallMs,
        retries: this.#retries,
        retryDelayMs: RETRY_DELAY_MS,
        onProgress: (bytes) => {
          if (bytes > limitBytes) throw tooMuch(this.place, path, limitBytes);
          onBytes?.(bytes);
        },
      });
    } catch (error) {
      signal.throwIfAborted();
      const code = errorCode(error);
      if (code === "checksum-mismatch" || code === "too-much") throw error;
      const { status } = error instanceof LightnixError ? error.data : {};
      if (typeof status === "number" && ABSENT.has(status)) throw notThere(this.place, path);
      if (code?.startsWith("E") === true && !/^E(?:CONN|HOST|NET|PIPE|NOTFOUND|TIMEDOUT|AI)/u.test(code))
        throw error;
      throw unreachable(this.place, reasonOf(error), error);
    }
  }

  async signed(dref: DRef, signal: AbortSignal): Promise<readonly Signed[]> {
    const bytes = await this.read(ledgerPath(dref), { limitBytes: LEDGER_BYTES, signal });
    return bytes === undefined ? [] : parseLedger(bytes.toString());
  }

  /** Nothing: files that are served cannot be listed. */
  unsigned(): Promise<readonly Statement[]> {
    return Promise.resolve([]);
  }

  async #readOnce(path: string, { limitBytes, signal }: ReadRequest): Promise<Buffer | undefined> {
    const { get, refused } = await import("../stages/download/request.ts");
    const url = this.#urlOf(path);
    const connections = await this.#kept();
    const answer = await get({ url, headers: {}, signal, stallMs: this.#stallMs, connections });
    try {
      const { statusCode = 0, statusMessage = "" } = answer;
      if (ABSENT.has(statusCode)) return undefined;
      if (statusCode >= 500 || statusCode === 429)
        throw new Error(`the server answers ${statusCode} ${statusMessage}`.trim());
      if (statusCode !== 200)
        throw refused(url, `the server answers ${statusCode} ${statusMessage}`.trim(), statusCode);
      return await contentOf(answer, () => tooMuch(this.place, path, limitBytes), limitBytes);
    } finally {
      answer.destroy();
    }
  }

  /** A realization of a thousand files is a thousand requests: with a connection each, most of the time would be theirs. */
  async #kept(): Promise<Connections> {
    const { keepConnections } = await import("../stages/download/request.ts");
    return (this.#connections ??= keepConnections(MOST_CONNECTIONS));
  }

  /** Each part of the path is encoded for itself, as names of artifacts may have any characters in them. */
  #urlOf(path: string): URL {
    const url = new URL(this.#base);
    const encoded = path.split("/").map(encodeURIComponent).join("/");
    url.pathname = `${url.pathname.replace(/\/$/u, "")}/${encoded}`;
    return url;
  }
}

async function contentOf(
  answer: IncomingMessage,
  tooLarge: () => LightnixError,
  limitBytes: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > limitBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reasonOf(error: unknown): string {
  if (errorCode(error) === "ECONNRESET") return "the connection broke off";
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^Cannot download "[^"]*": /u, "");
}
