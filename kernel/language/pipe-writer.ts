import type { Writable } from "node:stream";
import { AbstractMessageWriter } from "vscode-jsonrpc/node";
import type { Message, MessageWriter } from "vscode-jsonrpc/node";

/**
 * Writes the messages of the Language Server Protocol to a pipe, each at once: header and content in one piece, which the reader is
 * woken for once, and without a wait in between. What cannot be written is told by the end of the process at the other end.
 */
export class PipeWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #pipe: Writable;

  constructor(pipe: Writable) {
    super();
    this.#pipe = pipe;
  }

  /** Sends a message. */
  write(message: Message): Promise<void> {
    const content = JSON.stringify(message);
    this.#pipe.write(`Content-Length: ${Buffer.byteLength(content)}\r\n\r\n${content}`);
    return Promise.resolve();
  }

  /** Ends the pipe. */
  end(): void {
    this.#pipe.end();
  }
}
