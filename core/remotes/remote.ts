import { LightnixError } from "../errors.ts";
import type { DRef } from "../ref.ts";
import type { Signed } from "../signatures/ledger.ts";
import type { Statement } from "../signatures/statement.ts";

/** How patient one is with a store on the net. */
export interface RemotePatience {
  /** After how long a silence the server counts as gone, in milliseconds: 15 s unless given. */
  readonly stallMs?: number | undefined;
  /** How often something is asked for again that did not come: twice unless given. */
  readonly retries?: number | undefined;
}

/** Another store: an http or https URL under which its folder is served, or the folder. */
export interface RemotePlace extends RemotePatience {
  readonly place: string;
}

/** How to read a small file. */
export interface ReadRequest {
  readonly limitBytes: number;
  readonly signal: AbortSignal;
}

/** How to bring a file over. */
export interface FetchRequest extends ReadRequest {
  /** The SHA-256 that it is to come to, 64 hex digits. */
  readonly sha256: string;
  /** How many bytes of it have come. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** The files of another store, as far as they can be had. Paths are relative to its folder. */
export interface Remote {
  /** What people call it. Passwords in it are not shown. */
  readonly place: string;
  /**
   * The content of a small file; undefined when there is none.
   *
   * @throws {LightnixError} `remote-unreachable`, `too-much`
   */
  read(path: string, request: ReadRequest): Promise<Buffer | undefined>;
  /**
   * Brings a file to a new place.
   *
   * @throws {LightnixError} `remote-unreachable`, `too-much`, `checksum-mismatch`, `not-there`
   */
  fetch(path: string, to: string, request: FetchRequest): Promise<void>;
  /** What was signed of a derivation and of its realizations. @throws {LightnixError} `remote-unreachable`, `too-much` */
  signed(dref: DRef, signal: AbortSignal): Promise<readonly Signed[]>;
  /** What it has of a derivation besides, as far as that can be found out without signatures. */
  unsigned(dref: DRef): Promise<readonly Statement[]>;
}

/** The error about a store that cannot be asked, or does not answer. */
export function unreachable(place: string, why: string, cause?: unknown): LightnixError {
  return new LightnixError("remote-unreachable", `Cannot fetch from "${place}": ${why}`, {
    data: { place },
    cause,
  });
}

/** The error about a file that is larger than it may be. */
export function tooMuch(place: string, path: string, limitBytes: number): LightnixError {
  return new LightnixError(
    "too-much",
    `Cannot fetch "${path}" from "${place}": it has more than the ${limitBytes} bytes that it may have`,
    { data: { place, path, limitBytes } },
  );
}

/** The error about a file that has to be there. */
export function notThere(place: string, path: string): LightnixError {
  return new LightnixError("not-there", `Cannot fetch "${path}" from "${place}": there is no such file`, {
    data: { place, path },
  });
}
