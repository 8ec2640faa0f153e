import { ConnectionError, ConnectionErrors } from "vscode-jsonrpc/node";
import type { MessageConnection } from "vscode-jsonrpc/node";

/**
 * What a server answers. Of a process that ends, the output may end first: its connection then takes nothing any more, and throws at once.
 * Whoever asks is told by the end of the process, as those are whose questions are under way: this then never settles.
 */
export async function answerOf<T>(
  connection: MessageConnection,
  method: string,
  params?: object,
): Promise<T> {
  try {
    return await (params === undefined
      ? connection.sendRequest<T>(method)
      : connection.sendRequest<T>(method, params));
  } catch (error) {
    const isEnding = error instanceof ConnectionError && error.code === ConnectionErrors.Closed;
    if (isEnding) return await new Promise<never>(() => {});
    throw error;
  }
}

/** Tells a server something. What cannot be told to one that is dying is told to the next one. */
export async function notify(connection: MessageConnection, method: string, params: object): Promise<void> {
  try {
    await connection.sendNotification(method, params);
  } catch {
    // It is dying.
  }
}
