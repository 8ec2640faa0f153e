import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { LightnixError } from "../../errors.ts";

/** A checksum in hex digits; at most one of the two. */
export interface ChecksumOptions {
  /** 64 hex digits, as `sha256sum` prints them. */
  readonly sha256?: string | undefined;
  /** 40 hex digits. Only for what publishes nothing better: SHA-1 does not keep out who wants to deceive. */
  readonly sha1?: string | undefined;
}

/** What content has to come to. */
export interface Checksum {
  readonly algorithm: "sha256" | "sha1";
  /** Lower-case hex digits. */
  readonly hex: string;
}

const lengths: Readonly<Record<Checksum["algorithm"], number>> = { sha256: 64, sha1: 40 };

/**
 * The checksum among the options, if there is one.
 *
 * @throws {LightnixError} `invalid-checksum`
 */
export function checksumOf(stageName: string, { sha256, sha1 }: ChecksumOptions): Checksum | undefined {
  if (sha256 !== undefined && sha1 !== undefined)
    throw invalid(stageName, "there are both a sha256 and a sha1; give one of them, best the sha256");
  if (sha256 !== undefined) return checked(stageName, "sha256", sha256);
  return sha1 === undefined ? undefined : checked(stageName, "sha1", sha1);
}

/** Begins to count. */
export function startHash(checksum: Checksum | undefined): Hash {
  return createHash(checksum?.algorithm ?? "sha256");
}

/** The hash of a file in hex digits. */
export async function hashFile(
  path: string,
  algorithm: Checksum["algorithm"],
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash(algorithm);
  const stream = createReadStream(path, { highWaterMark: 1024 * 1024, ...(signal && { signal }) });
  for await (const chunk of stream as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest("hex");
}

/** The error about content that is something else. `doing` continues "Cannot". */
export function mismatch(doing: string, { algorithm, hex }: Checksum, actual: string): LightnixError {
  return new LightnixError(
    "checksum-mismatch",
    `Cannot ${doing}: its ${algorithm} is not the one that was asked for\n  expected ${hex}\n  actual   ${actual}`,
    { data: { algorithm, expected: hex, actual } },
  );
}

function checked(stageName: string, algorithm: Checksum["algorithm"], text: unknown): Checksum {
  const hex = typeof text === "string" ? text.toLowerCase() : "";
  if (/^[0-9a-f]*$/.test(hex) && hex.length === lengths[algorithm]) return { algorithm, hex };
  throw invalid(
    stageName,
    `its ${algorithm} ${JSON.stringify(text)} is not ${lengths[algorithm]} hex digits`,
  );
}

function invalid(stageName: string, reason: string): LightnixError {
  return new LightnixError("invalid-checksum", `Cannot make the stage "${stageName}": ${reason}`, {
    data: { stage: stageName },
  });
}
