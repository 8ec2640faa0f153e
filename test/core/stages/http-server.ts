import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A real server on this machine. */
export interface TestServer {
  /** Its address, without a slash at the end. */
  readonly url: string;
  /** What it was asked, in order: path and headers. */
  readonly requests: readonly { readonly path: string; readonly headers: IncomingMessage["headers"] }[];
}

/** How it answers the nth request, counted from 0. */
export type Answer = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

/** Starts a server that ends with the running test. */
export async function serve(answer: Answer): Promise<TestServer> {
  const requests: { path: string; headers: IncomingMessage["headers"] }[] = [];
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? "", headers: request.headers });
    answer(request, response, requests.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Answers as a good server does: whole, or from where a Range says when its condition holds. */
export function sendContent(
  request: IncomingMessage,
  response: ServerResponse,
  { content, etag = '"v1"' }: { content: Uint8Array; etag?: string },
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const holds = (request.headers["if-range"] ?? etag) === etag;
  const start = holds ? from : 0;
  if (start > 0)
    response.setHeader("content-range", `bytes ${start}-${content.length - 1}/${content.length}`);
  response.writeHead(start > 0 ? 206 : 200, { etag, "content-length": content.length - start });
  response.end(content.subarray(start));
}

/** Sends only the first bytes of what it promises, and breaks the connection when they have had the time to be kept. */
export function cutShort(response: ServerResponse, sent: Uint8Array, promised: number, etag = '"v1"'): void {
  response.writeHead(200, { etag, "content-length": promised });
  response.write(sent, () => setTimeout(() => response.destroy(), 100));
}

/** As `sha256sum` prints it. */
export function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}
