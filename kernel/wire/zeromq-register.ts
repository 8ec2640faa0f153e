import { Dealer } from "zeromq";
import { SOCKET_NAMES, type Connection } from "./connection.ts";
import { WireError } from "./errors.ts";
import { messageOf } from "./json.ts";
import { createSigner } from "./signature.ts";

const DELIMITER = "<IDS|MSG>";

/**
 * Reports the ports that a kernel chose to who started it, and waits for the receipt. Nothing where nobody asked for that.
 *
 * Source: "Kernel startup handshake" in jupyter_client's docs/messaging.rst; JEP 66.
 *
 * @throws WireError `not-registered` when no genuine receipt comes in time
 */
export async function register(connection: Connection, timeoutMs: number = 10_000): Promise<void> {
  const { registration } = connection;
  if (registration === undefined) return;
  const { kernelId, address } = registration;
  const signer = createSigner(connection.key, connection.signatureScheme);
  const ports = SOCKET_NAMES.map((name) => [`${name}_port`, String(connection.ports[name])]);
  const content = Buffer.from(JSON.stringify({ kernel_id: kernelId, ...Object.fromEntries(ports) }));
  const launcher = new Dealer({ linger: 0, receiveTimeout: timeoutMs, sendTimeout: timeoutMs });
  const fail = (why: string, cause?: unknown): never => {
    const text = `Cannot register kernel "${kernelId}" at "${address}": ${why}`;
    throw new WireError("not-registered", text, { cause });
  };
  try {
    launcher.connect(address);
    await launcher.send([DELIMITER, signer.sign([content]), content]);
    const frames = await launcher.receive();
    const [signature, receipt] = frames.slice(
      frames.findIndex((frame) => frame.equals(Buffer.from(DELIMITER))) + 1,
    );
    if (!signature || !receipt || !signer.verify(signature, [receipt]))
      fail("the receipt that came is not signed with the key of the registration file");
  } catch (error) {
    if (error instanceof WireError) throw error;
    fail(`no receipt came within ${timeoutMs / 1000} s (${messageOf(error)})`, error);
  } finally {
    launcher.close();
  }
}
