import { Agent as HttpAgent, get as getHttp, type IncomingMessage, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, get as getHttps } from "node:https";
import { LightnixError } from "../../errors.ts";
import { shownUrl } from "./shown-url.ts";

/** One request, redirects included. */
export interface GetOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** After how long without a sign of life the server counts as gone, in milliseconds. */
  readonly stallMs: number;
  /** Keeps connections for more requests, which then may find one closed by the other side. Each has one of its own unless given. */
  readonly connections?: Connections | undefined;
}

/** Connections that are kept, by the protocols of URLs. */
export interface Connections {
  readonly "http:": HttpAgent;
  readonly "https:": HttpsAgent;
}

/** Keeps so many connections at most to one server. Those that nobody uses keep no process from ending. */
export function keepConnections(maxSockets: number): Connections {
  const options = { keepAlive: true, maxSockets };
  return { "http:": new HttpAgent(options), "https:": new HttpsAgent(options) };
}

const MAX_REDIRECTS = 10;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Asks a server for something, and goes where it sends one. Whoever gets the answer reads or destroys it.
 *
 * @throws {LightnixError} `download-failed` for redirects without end, to nowhere, or from https to anything less; what the
 *   operating system throws, and `stalled` when the server falls silent
 */
export async function get(options: GetOptions): Promise<IncomingMessage> {
  const trail = [options.url];
  for (;;) {
    const url = trail.at(-1) as URL;
    const answer = await send({ ...options, url });
    const { location } = answer.headers;
    if (!REDIRECTS.has(answer.statusCode ?? 0) || location === undefined) return answer;
    answer.destroy();
    if (trail.length > MAX_REDIRECTS)
      throw refused(options.url, `it redirects more than ${MAX_REDIRECTS} times`);
    trail.push(redirectTarget(url, location));
  }
}

/** The error about a server that does not hand it over. */
export function refused(url: URL, reason: string, status?: number): LightnixError {
  return new LightnixError("download-failed", `Cannot download "${shownUrl(url)}": ${reason}`, {
    data: { url: shownUrl(url), ...(status !== undefined && { status }) },
  });
}

/**
 * Where a redirect leads.
 *
 * @throws {LightnixError} `download-failed` when that is no URL, or less safe than where it comes from
 */
export function redirectTarget(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href))
    throw refused(from, `it redirects to ${JSON.stringify(location)}, which is no URL`);
  const to = new URL(location, from);
  const safe = to.protocol === "https:" || (to.protocol === "http:" && from.protocol === "http:");
  if (safe) return to;
  throw refused(from, `it redirects to ${shownUrl(to)}, from ${from.protocol} to ${to.protocol}`);
}

function send({ url, headers, signal, stallMs, connections }: GetOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = {
      headers: { "accept-encoding": "identity", "user-agent": "lightnix", ...headers },
      signal,
      // A connection of its own: those that are kept alive may be closed already by the other side.
      agent: connections?.[url.protocol as keyof Connections] ?? false,
    };
    const request = url.protocol === "https:" ? getHttps(url, options) : getHttp(url, options);
    let answer: IncomingMessage | undefined;
    // Counts the silence on the socket, also while the answer is read.
    request.setTimeout(stallMs, () => (answer ?? request).destroy(stalled(url, stallMs)));
    request.on("error", reject);
    request.once("response", (response) => {
      answer = response;
      resolve(response);
    });
  });
}

function stalled(url: URL, stallMs: number): LightnixError {
  return new LightnixError(
    "stalled",
    `Cannot download "${shownUrl(url)}": the server has said nothing for ${stallMs / 1000} s`,
    { data: { url: shownUrl(url) } },
  );
}
