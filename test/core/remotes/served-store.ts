import { readFileSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { sendContent, serve, type TestServer } from "../stages/http-server.ts";

/** What a server does with a request other than answering it; true when it did. */
export type Fault = (
  request: IncomingMessage,
  response: ServerResponse,
  file: { readonly path: string; readonly content: Buffer | undefined },
) => boolean;

/** Serves the folder of a store as any web server does, but for the faults. It ends with the running test. */
export async function serveStore(root: string, fault: Fault = () => false): Promise<TestServer> {
  return await serve((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "", "http://here").pathname).slice(1);
    const content = contentOf(join(root, path));
    if (fault(request, response, { path, content })) return;
    if (content !== undefined) return sendContent(request, response, { content });
    response.writeHead(404);
    response.end("there is no such file");
  });
}

function contentOf(path: string): Buffer | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path) : undefined;
}
