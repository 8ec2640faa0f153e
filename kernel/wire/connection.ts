import { readFileSync } from "node:fs";
import { WireError } from "./errors.ts";
import { isJsonObject, messageOf, type JsonObject } from "./json.ts";

/** The five sockets of a kernel, as a connection file names their ports. */
export const SOCKET_NAMES = ["shell", "iopub", "stdin", "control", "hb"] as const;

/** One of a kernel's five sockets. */
export type SocketName = (typeof SOCKET_NAMES)[number];

/** What a connection file says: where to bind and how to sign. */
export interface Connection {
  readonly transport: "tcp" | "ipc";
  /** An address for tcp, a path prefix for ipc. */
  readonly ip: string;
  /** Empty: messages are not signed. */
  readonly key: string;
  /** `hmac-` and the name of a hash, `hmac-sha256` as a rule. */
  readonly signatureScheme: string;
  /** Port numbers for tcp, numbers that end the file names for ipc. */
  readonly ports: Readonly<Record<SocketName, number>>;
  /** Traffic is encrypted, and only clients that know the public key are let in. */
  readonly curve?: CurveKeys;
  /** Whom to tell the ports, which are 0 until then: the kernel chooses them. */
  readonly registration?: Registration;
}

/** Where a kernel that chooses its ports itself reports them (JEP 66). */
export interface Registration {
  /** By which the launcher knows which kernel it is. */
  readonly kernelId: string;
  /** The zeromq address of the launcher's socket. */
  readonly address: string;
}

/** The kernel's keys of CurveZMQ, 40 characters of Z85 each. */
export interface CurveKeys {
  readonly publicKey: string;
  readonly secretKey: string;
}

/**
 * Reads a connection file, or a registration file in its place.
 *
 * @throws WireError `unreadable-connection` when there is no such file, `bad-connection` when it does not say what it must
 */
export function readConnectionFile(path: string): Connection {
  let text: string;
  try {
    // The first answer waits for this, and the threads that files are read by take longer to start.
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new WireError(
      "unreadable-connection",
      `Cannot read connection file "${path}": ${messageOf(cause)}`,
      {
        cause,
      },
    );
  }
  return parseConnection(text, path);
}

/**
 * Parses the JSON text of a connection file. Fields that the kernel does not need are ignored.
 *
 * Source: "Connection files" in jupyter_client's docs/kernels.rst, its docs/security.rst for the keys of CurveZMQ, and JEP 106,
 * after which ports may be text. A registration file names no ports, but where to report those that the kernel chooses.
 *
 * @param origin how the file is called in errors
 * @throws WireError `bad-connection`, naming the field
 */
export function parseConnection(text: string, origin: string = "connection file"): Connection {
  const refuse = (what: string): never => {
    throw new WireError("bad-connection", `Cannot use connection file "${origin}": ${what}`);
  };
  const file = parseObject(text, refuse);
  const transport = textField(file, "transport", { fallback: "tcp", refuse });
  if (transport !== "tcp" && transport !== "ipc") {
    return refuse(`field "transport" is "${transport}"; "tcp" and "ipc" are supported`);
  }
  const registration = registrationOf(file, transport, refuse);
  const port = (name: SocketName): number =>
    registration ? 0 : portField(file, `${name}_port`, { transport, refuse });
  const curve = curveKeys(file, refuse);
  return {
    transport,
    ip: textField(file, "ip", { fallback: "127.0.0.1", refuse }),
    key: textField(file, "key", { fallback: "", refuse }),
    signatureScheme:
      textField(file, "signature_scheme", { fallback: "hmac-sha256", refuse }) || "hmac-sha256",
    ports: {
      shell: port("shell"),
      iopub: port("iopub"),
      stdin: port("stdin"),
      control: port("control"),
      hb: port("hb"),
    },
    ...(curve && { curve }),
    ...(registration && { registration }),
  };
}

/**
 * The zeromq address of one socket, for example `tcp://127.0.0.1:5001` or `ipc:///run/kernel-ipc-1`; `tcp://127.0.0.1:*`
 * where the system shall choose the port.
 */
export function endpoint(connection: Connection, socket: SocketName): string {
  const port = connection.ports[socket];
  if (connection.transport === "ipc") return `ipc://${connection.ip}-${port}`;
  return tcpAddress(connection.ip, port === 0 ? "*" : port);
}

function tcpAddress(ip: string, port: number | "*"): string {
  // An IPv6 address has colons of its own.
  const host = ip.includes(":") && !ip.startsWith("[") ? `[${ip}]` : ip;
  return `tcp://${host}:${port}`;
}

type Refuse = (what: string) => never;

function registrationOf(file: JsonObject, transport: string, refuse: Refuse): Registration | undefined {
  if (file["registration_port"] === undefined) return undefined;
  if (transport !== "tcp")
    return refuse(`a kernel can be registered over "tcp" only, and field "transport" is "${transport}"`);
  const ip = textField(file, "registration_ip", { fallback: "127.0.0.1", refuse });
  return {
    kernelId:
      textField(file, "kernel_id", { fallback: "", refuse }) || refuse('field "kernel_id" is missing'),
    address: tcpAddress(ip, portField(file, "registration_port", { transport, refuse })),
  };
}

function parseObject(text: string, refuse: Refuse): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return refuse(`it is not JSON (${messageOf(cause)})`);
  }
  return isJsonObject(value) ? value : refuse("it is JSON, but not an object");
}

function textField(file: JsonObject, name: string, options: { fallback: string; refuse: Refuse }): string {
  const value = file[name] ?? options.fallback;
  return typeof value === "string"
    ? value
    : options.refuse(`field "${name}" must be text, and is ${JSON.stringify(value)}`);
}

function portField(file: JsonObject, name: string, options: { transport: string; refuse: Refuse }): number {
  const value = file[name];
  if (value === undefined) return options.refuse(`field "${name}" is missing`);
  if (typeof value === "string" && /^\d+$/.test(value))
    return portField({ [name]: Number(value) }, name, options);
  const highest = options.transport === "tcp" ? 65535 : Number.MAX_SAFE_INTEGER;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > highest) {
    return options.refuse(`field "${name}" must be a port number, and is ${JSON.stringify(value)}`);
  }
  return value;
}

// Both or none: a kernel that took half a pair for none would be open to everybody who reaches its ports.
function curveKeys(file: JsonObject, refuse: Refuse): CurveKeys | undefined {
  if (file["curve_publickey"] == null && file["curve_secretkey"] == null) return undefined;
  const key = (name: string): string => {
    const text = textField(file, name, { fallback: "", refuse });
    // The text of a key is a secret, and what is wrong with it can be said without.
    return /^[\dA-Za-z.:+=^!/*?&<>()[\]{}@%$#-]{40}$/.test(text)
      ? text
      : refuse(`field "${name}" must be 40 characters of Z85`);
  };
  return { publicKey: key("curve_publickey"), secretKey: key("curve_secretkey") };
}
