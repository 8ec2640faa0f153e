import { expect, test } from "vitest";
import { SeenSignatures } from "../../../kernel/wire/replay.ts";
import { createSigner } from "../../../kernel/wire/signature.ts";

const parts = ["{}", "{}", "{}", '{"code":"1"}'].map((part) => Buffer.from(part));

test("sign() gives the digest that Python's hmac gives", () => {
  // hmac.new(b"secret", b'{}{}{}{"code":"1"}', "sha256").hexdigest()
  expect(createSigner("secret").sign(parts)).toBe(
    "1d05c0942257e2b08def32f214539934db1f81aeae8414bbbf1100a791f02a32",
  );
  expect(createSigner("secret", "hmac-sha512").sign(parts)).toHaveLength(128);
});

test("text is signed as its bytes are, whether all parts are text or not", () => {
  const texts = ["{}", '{"code":"é 𝒜"}', "{}"];
  const bytes = texts.map((text) => Buffer.from(text));
  const { sign } = createSigner("secret");
  expect(sign(texts)).toBe(sign(bytes));
  expect(sign([...bytes.slice(0, 1), ...texts.slice(1)])).toBe(sign(bytes));
});

test("verify() accepts the signature and no other", () => {
  const signer = createSigner("secret");
  const signature = Buffer.from(signer.sign(parts));
  expect(signer.verify(signature, parts)).toBe(true);
  expect(signer.verify(signature, parts.slice(1))).toBe(false);
  expect(signer.verify(signature.subarray(1), parts)).toBe(false);
  expect(signer.verify(Buffer.alloc(0), parts)).toBe(false);
  expect(signer.verify(Buffer.from(createSigner("other").sign(parts)), parts)).toBe(false);
});

test("an empty key signs nothing and asks for nothing", () => {
  const signer = createSigner("", "hmac-whatever");
  expect(signer.signs).toBe(false);
  expect(signer.sign(parts)).toBe("");
  expect(signer.verify(Buffer.from("anything"), parts)).toBe(true);
});

test.each(["sha256", "hmac-", "hmac-crc32"])("scheme %j is refused", (scheme) => {
  const create = (): unknown => createSigner("secret", scheme);
  expect(create).toThrow(expect.objectContaining({ code: "unknown-signature-scheme" }));
  expect(create).toThrow(`Cannot sign with scheme "${scheme}"`);
});

test("SeenSignatures remembers at least as many as it must and forgets the oldest", () => {
  const seen = new SeenSignatures(100);
  const note = (index: number): boolean => seen.note(`s${index}`);
  const indices = Array.from({ length: 1000 }, (_, index) => index);
  expect(indices.every((index) => note(index) && !note(Math.max(index - 99, 0)))).toBe(true);
  expect(seen.note("s0")).toBe(true);
});
