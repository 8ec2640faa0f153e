import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { generateKey, publicKeyOf } from "../../../core/index.ts";
import {
  isSignatureOf,
  parsePublicKey,
  parseSecretKey,
  readSecretKey,
  signText,
} from "../../../core/signatures/key.ts";
import { freshFolder } from "../fresh-store.ts";

describe("generateKey()", () => {
  it("makes a pair of which one signs and the other checks", () => {
    const { secretKey, publicKey } = generateKey("lab-1");
    expect(publicKey).toMatch(/^lab-1:[A-Za-z0-9+/]{43}=$/u);
    expect(publicKeyOf(secretKey)).toBe(publicKey);
    const signature = signText("text", parseSecretKey(secretKey));
    expect(isSignatureOf(signature, "text", parsePublicKey(publicKey))).toBe(true);
    expect(isSignatureOf(signature, "texts", parsePublicKey(publicKey))).toBe(false);
    expect(isSignatureOf(signature, "text", parsePublicKey(generateKey("lab-1").publicKey))).toBe(false);
    expect(isSignatureOf("", "text", parsePublicKey(publicKey))).toBe(false);
  });

  it("signs as RFC 8032 has it (7.1, test 2)", () => {
    const hex = (text: string): Buffer => Buffer.from(text, "hex");
    const seed = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    const open = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    const key = parseSecretKey(`rfc:${Buffer.concat([seed, open]).toString("base64")}`);
    expect(Buffer.from(signText("r", key), "base64").toString("hex")).toBe(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    );
  });

  it("refuses a name that is none", () => {
    expect(() => generateKey("a:b")).toThrow(
      expect.objectContaining({
        code: "invalid-key",
        message:
          'Cannot make a key of the name "a:b": a name has 1 to 100 of the characters A-Z a-z 0-9 _ . + -',
      }),
    );
  });
});

describe("a key", () => {
  const { secretKey, publicKey } = generateKey("lab");

  it.each([
    ["lab", 'Cannot use the public key "lab": it is not of the form name:base64'],
    ["lab:!", 'Cannot use the public key "lab:!": it is not of the form name:base64'],
    ["lab:AAAA", 'Cannot use the public key "lab": it does not hold 32 bytes'],
  ])("is refused when it is %s", (text, message) => {
    expect(() => parsePublicKey(text)).toThrow(expect.objectContaining({ code: "invalid-key", message }));
  });

  it("that is secret is not taken for a public one, and said nowhere", () => {
    expect(() => parsePublicKey(secretKey)).toThrow(
      'Cannot use the public key "lab": it does not hold 32 bytes. It is a secret key: keep it to yourself, and take what `lightnix key public` says of it',
    );
    expect(() => parseSecretKey(publicKey)).toThrow(
      'Cannot use the secret key "lab": it does not hold 64 bytes',
    );
    const mixed = Buffer.concat([
      Buffer.from(secretKey.slice(4), "base64").subarray(0, 32),
      Buffer.from(generateKey("lab").publicKey.slice(4), "base64"),
    ]);
    const text = `lab:${mixed.toString("base64")}`;
    expect(() => parseSecretKey(text)).toThrow("its two halves do not belong together");
    expect(() => parseSecretKey("rubbish")).toThrow(
      "Cannot use a secret key: it is not of the form name:base64",
    );
  });

  it("is read from a file", () => {
    const folder = freshFolder();
    writeFileSync(join(folder, "key"), `${secretKey}\n`);
    expect(readSecretKey(join(folder, "key")).trim()).toBe(secretKey);
    expect(() => readSecretKey(join(folder, "none"))).toThrow(
      expect.objectContaining({
        code: "no-key",
        message: `Cannot read the secret key "${join(folder, "none")}": there is no such file`,
      }),
    );
    mkdirSync(join(folder, "folder"));
    expect(() => readSecretKey(join(folder, "folder"))).toThrow(/Cannot read the secret key .*EISDIR/u);
    writeFileSync(join(folder, "other"), publicKey);
    expect(() => readSecretKey(join(folder, "other"))).toThrow("it does not hold 64 bytes");
  });
});
