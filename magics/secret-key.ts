import { readSecretKey } from "../core/signatures/key.ts";

/**
 * The secret key in a file, as a text; without one, that of the file which `LIGHTNIX_KEY_FILE` names, if it is set.
 *
 * @throws {LightnixError} `no-key`, `invalid-key`
 */
export function secretKeyOf(file: string | undefined): string | undefined {
  const path = file ?? process.env["LIGHTNIX_KEY_FILE"];
  return path === undefined || path === "" ? undefined : readSecretKey(path);
}
