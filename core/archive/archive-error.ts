import { LightnixError } from "../errors.ts";

/** What is wrong with an archive. */
export type ArchiveErrorCode = "not-an-archive" | "unsafe-archive" | "missing-dependency" | "wrong-hash";

/** The error of an archive that is refused. Nothing of it has entered the store. */
export function refusedArchive(
  code: ArchiveErrorCode,
  file: string,
  reason: string,
  { cause, ...data }: Readonly<Record<string, unknown>> = {},
): LightnixError {
  return new LightnixError(
    code,
    `Cannot unpack "${file}": ${reason}. Nothing of it was brought into the store`,
    {
      data: { file, ...data },
      ...(cause !== undefined && { cause }),
    },
  );
}
