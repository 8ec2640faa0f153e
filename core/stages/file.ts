import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { errorCode, LightnixError } from "../errors.ts";
import { pathSegments, self, type SelfPath } from "../path.ts";
import type { Build } from "../stage/build.ts";
import { stage, type Stage } from "../stage/stage.ts";
import { builtIn, closeWithBytes } from "./built-in.ts";

/** What is to be in a file. */
export type FileContent =
  | { readonly content: string | Uint8Array; readonly path?: undefined }
  /** The file to read it from, here and now; or its `file:` URL. */
  | { readonly path: string | URL; readonly content?: undefined };

/** How to make a file. */
export type FileOptions = FileContent & {
  readonly name: string;
  /** What the file is called: the stage's name unless given. */
  readonly filename?: string | undefined;
  readonly executable?: boolean | undefined;
};

/** The config of a file. */
export interface FileConfig {
  readonly sha256: string;
  /** The file. */
  readonly file: SelfPath;
  readonly executable?: true;
}

/**
 * A stage that is one file with this content, which is part of its identity. It is held in memory; `fetchLocal` is for what is
 * large, or a folder.
 *
 * Source: `mkfile` of Pylightnix (stages/trivial.py).
 *
 * @throws {LightnixError} `no-such-file`, `invalid-name`, `invalid-path`
 *
 * @example
 * ```ts
 * const script = file({ name: "train.sh", content: "#!/bin/sh\necho training\n", executable: true });
 * ```
 */
export function file(options: FileOptions): Stage<FileConfig> {
  const { name, filename = name, executable = false } = options;
  // A copy, so that what happens to the caller's bytes later has no effect.
  const content = Buffer.from(options.content ?? readContent(options));
  const config: FileConfig = {
    sha256: hash("sha256", content, "hex"),
    file: self(filename),
    ...(executable && { executable }),
  };
  return stage({ name, config, realize: fileRealizer(content), ...builtIn("file", 1) });
}

const contents: WeakMap<object, Buffer> = new WeakMap();

/** The content that a realizer of {@link file} writes; undefined for any other. */
export function fileContent(realize: object): Buffer | undefined {
  return contents.get(realize);
}

/** What writes the file that the config of a build names. */
export function fileRealizer(content: Buffer): (build: Build<FileConfig>) => Promise<void> {
  const write = async (build: Build<FileConfig>): Promise<void> => {
    const { config: wanted } = build;
    const mode = wanted.executable === true ? 0o755 : 0o644;
    await writeFile(build.path(...pathSegments(wanted.file)), content, { mode });
  };
  contents.set(write, content);
  closeWithBytes(write, "file", { "": content });
  return write;
}

function readContent({ name, path }: FileOptions): Buffer {
  if (path === undefined)
    throw new TypeError(`Cannot make the stage "${name}": it has neither a content nor a path`);
  const place = path instanceof URL ? fileURLToPath(path) : resolve(path);
  try {
    return readFileSync(place);
  } catch (cause) {
    const reason = errorCode(cause) === "ENOENT" ? `there is no ${place}` : String(cause);
    throw new LightnixError("no-such-file", `Cannot make the stage "${name}": ${reason}`, {
      data: { path: place },
      cause,
    });
  }
}
