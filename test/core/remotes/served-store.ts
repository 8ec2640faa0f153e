import { readFileSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { walkTree } from "../../../core/store/tree.ts";
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

/** A fault that changes one byte of one file of a store, and what chooses it: whatever the numbers are, they stand for one. */
export async function oneByteOff(
  root: string,
  among: RegExp,
): Promise<{ readonly fault: Fault; choose(file: number, at: number, bits: number): void }> {
  const files = (await walkTree(root)).filter(({ kind, path }) => kind === "file" && among.test(path));
  let wrong: readonly [path: string | undefined, at: number, bits: number] = [undefined, 0, 0];
  return {
    fault: (_, response, { path, content }) => {
      if (path !== wrong[0] || content === undefined || content.length === 0) return false;
      const changed = Buffer.from(content);
      const at = wrong[1] % changed.length;
      changed[at] = (changed[at] as number) ^ wrong[2];
      response.end(changed);
      return true;
    },
    choose: (file, at, bits) => {
      wrong = [files[file % files.length]?.path, at, bits];
    },
  };
}
