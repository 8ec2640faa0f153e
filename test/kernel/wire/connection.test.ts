import { expect, test } from "vitest";
import { endpoint, parseConnection, readConnectionFile } from "../../../kernel/wire/connection.ts";

const FILE = {
  shell_port: 50_001,
  iopub_port: 50_002,
  stdin_port: 50_003,
  control_port: 50_004,
  hb_port: 50_005,
  ip: "127.0.0.1",
  key: "a0436f6c-1916-498b-8eb9-e81ab9368e84",
  transport: "tcp",
  signature_scheme: "hmac-sha256",
  kernel_name: "",
};

test("parseConnection() reads what jupyter_client writes", () => {
  expect(parseConnection(JSON.stringify(FILE))).toEqual({
    transport: "tcp",
    ip: "127.0.0.1",
    key: FILE.key,
    signatureScheme: "hmac-sha256",
    ports: { shell: 50_001, iopub: 50_002, stdin: 50_003, control: 50_004, hb: 50_005 },
  });
});

test("parseConnection() fills in what may be left out", () => {
  const { shell_port, iopub_port, stdin_port, control_port, hb_port } = FILE;
  const text = JSON.stringify({ shell_port, iopub_port, stdin_port, control_port, hb_port });
  expect(parseConnection(text)).toMatchObject({
    transport: "tcp",
    ip: "127.0.0.1",
    key: "",
    signatureScheme: "hmac-sha256",
  });
});

test("parseConnection() takes ports that are text, as JEP 106 allows", () => {
  const { ports } = parseConnection(JSON.stringify({ ...FILE, hb_port: "50005" }));
  expect(ports.hb).toBe(50_005);
});

test("parseConnection() reads the keys of CurveZMQ", () => {
  const keys = { curve_publickey: "p".repeat(40), curve_secretkey: "s".repeat(40) };
  expect(parseConnection(JSON.stringify({ ...FILE, ...keys })).curve).toEqual({
    publicKey: "p".repeat(40),
    secretKey: "s".repeat(40),
  });
  const none = { curve_publickey: null, curve_secretkey: null };
  expect(parseConnection(JSON.stringify({ ...FILE, ...none }))).not.toHaveProperty("curve");
});

test("parseConnection() reads a registration file, which leaves the ports to the kernel", () => {
  const file = {
    kernel_id: "k1",
    transport: "tcp",
    registration_ip: "127.0.0.2",
    registration_port: 51_587,
    signature_scheme: "hmac-sha256",
    key: "abc",
  };
  const connection = parseConnection(JSON.stringify(file));
  expect(connection).toEqual({
    transport: "tcp",
    ip: "127.0.0.1",
    key: "abc",
    signatureScheme: "hmac-sha256",
    ports: { shell: 0, iopub: 0, stdin: 0, control: 0, hb: 0 },
    registration: { kernelId: "k1", address: "tcp://127.0.0.2:51587" },
  });
  expect(endpoint(connection, "shell")).toBe("tcp://127.0.0.1:*");
});

test.each([
  ["no JSON", "{", /it is not JSON/],
  ["no object", "[]", /not an object/],
  ["a port that is missing", JSON.stringify({ ...FILE, hb_port: undefined }), /field "hb_port" is missing/],
  [
    "a port that is a word",
    JSON.stringify({ ...FILE, hb_port: "one" }),
    /"hb_port" must be a port number, and is "one"/,
  ],
  [
    "a port out of range",
    JSON.stringify({ ...FILE, shell_port: 70_000 }),
    /"shell_port" must be a port number/,
  ],
  ["a port of zero", JSON.stringify({ ...FILE, shell_port: 0 }), /"shell_port" must be a port number/],
  ["an unknown transport", JSON.stringify({ ...FILE, transport: "pigeon" }), /field "transport" is "pigeon"/],
  [
    "half a pair of CurveZMQ's keys",
    JSON.stringify({ ...FILE, curve_secretkey: "s".repeat(40) }),
    /"curve_publickey" must be 40 characters of Z85/,
  ],
  [
    "a key of CurveZMQ that is none, without telling it",
    JSON.stringify({ ...FILE, curve_publickey: "p".repeat(40), curve_secretkey: "secret" }),
    /"curve_secretkey" must be 40 characters of Z85$/,
  ],
  [
    "a registration without the kernel's id",
    JSON.stringify({ registration_port: 51_587 }),
    /field "kernel_id" is missing/,
  ],
  [
    "a registration over ipc",
    JSON.stringify({ registration_port: 1, transport: "ipc", kernel_id: "k" }),
    /can be registered over "tcp" only/,
  ],
  ["a key that is no text", JSON.stringify({ ...FILE, key: 1 }), /field "key" must be text, and is 1/],
])("parseConnection() refuses %s, naming file and field", (_what, text, message) => {
  const parse = (): unknown => parseConnection(text, "kernel-1.json");
  expect(parse).toThrow(expect.objectContaining({ code: "bad-connection" }));
  expect(parse).toThrow(message);
  expect(parse).toThrow(/^Cannot use connection file "kernel-1.json": /);
});

test("readConnectionFile() says which file it cannot read", () => {
  const read = (): unknown => readConnectionFile("/nowhere/kernel.json");
  expect(read).toThrow(/Cannot read connection file "\/nowhere\/kernel.json"/);
  expect(read).toThrow(expect.objectContaining({ code: "unreadable-connection" }));
});

test("endpoint() knows tcp, IPv6 and ipc", () => {
  const connection = parseConnection(JSON.stringify(FILE));
  expect(endpoint(connection, "shell")).toBe("tcp://127.0.0.1:50001");
  expect(endpoint({ ...connection, ip: "::1" }, "hb")).toBe("tcp://[::1]:50005");
  expect(endpoint({ ...connection, transport: "ipc", ip: "/run/k" }, "iopub")).toBe("ipc:///run/k-50002");
});
