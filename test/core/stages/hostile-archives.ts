import { execFileSync } from "node:child_process";

/** An entry of a tar made by hand: what its header says, checked by nobody. */
export interface TarEntry {
  readonly path: string;
  /** The type of the header, `"0"` (a file) unless given. */
  readonly type?: string;
  readonly target?: string;
  readonly content?: string | Uint8Array;
  readonly mode?: number;
}

/** A tar (ustar) of these entries. */
export function tarOf(...entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(tarEntry), Buffer.alloc(1024)]);
}

function tarEntry({ path, type = "0", target = "", content = "", mode = 0o644 }: TarEntry): Buffer[] {
  const body = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(path, 0, 100);
  header.write(`${mode.toString(8).padStart(7, "0")}\0`, 100);
  for (const at of [108, 116]) header.write("0000000", at);
  header.write(`${body.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write(target, 157, 100);
  header.write("ustar", 257);
  header.write("00", 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
}

/** An entry of a zip: its name, content and Unix mode (type and permissions). */
export type ZipEntry = readonly [name: string, content: string, mode?: number];

/** Makes a zip of these entries with Python's zipfile, which checks nothing of what is written. */
export function writeZip(path: string, entries: readonly ZipEntry[]): void {
  const script = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    for name, content, *mode in json.load(sys.stdin):
        info = zipfile.ZipInfo(name)
        info.create_system = 3
        info.external_attr = (mode[0] if mode else 0o100644) << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        z.writestr(info, content)
`;
  execFileSync("python3", ["-W", "ignore", "-c", script, path], {
    input: JSON.stringify(entries),
  });
}
