import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import { parseConnection, SOCKET_NAMES, type Connection } from "../wire/connection.ts";

/** Writes the connection file of a kernel that is about to start, with a fresh key, readable by this user alone. */
export async function writeConnectionFile(
  folder: string,
  transport: Connection["transport"],
): Promise<{ path: string; connection: Connection }> {
  const ports =
    transport === "tcp" ? await freePorts(SOCKET_NAMES.length) : SOCKET_NAMES.map((_, index) => index + 1);
  const fields = {
    transport,
    ip: transport === "tcp" ? "127.0.0.1" : join(folder, "k"),
    key: randomUUID(),
    signature_scheme: "hmac-sha256",
    ...Object.fromEntries(SOCKET_NAMES.map((name, index) => [`${name}_port`, ports[index]])),
  };
  const path = join(folder, "connection.json");
  const text = JSON.stringify(fields);
  await writeFile(path, text, { mode: 0o600 });
  return { path, connection: parseConnection(text, path) };
}

/**
 * Writes where a kernel that chose its ports itself can be reached, beside its registration file and readable by this user alone,
 * for other clients than the one that started it (JEP 66).
 *
 * @returns the path of the new file
 */
export async function publishConnection(registrationFile: string, connection: Connection): Promise<string> {
  const kernelId = connection.registration?.kernelId ?? "";
  const path = join(dirname(registrationFile), `kernel-${kernelId.replaceAll(/[^\w.-]/g, "_")}.json`);
  await writeFile(path, connectionText(connection), { mode: 0o600, flag: "wx" });
  return path;
}

function connectionText({ transport, ip, key, signatureScheme, ports, curve }: Connection): string {
  return JSON.stringify({
    transport,
    ip,
    key,
    signature_scheme: signatureScheme,
    ...Object.fromEntries(SOCKET_NAMES.map((name) => [`${name}_port`, ports[name]])),
    ...(curve && { curve_publickey: curve.publicKey, curve_secretkey: curve.secretKey }),
  });
}

/** Ports that are free now; all different, because all are held until the last is known. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map(portOf);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("A TCP server has a port");
  return address.port;
}
