import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { StageLike, StagePath } from "../config.ts";
import { LightnixError } from "../errors.ts";
import { lens } from "../lens/lens.ts";
import { pathSegments, self, type RefPath, type SelfPath } from "../path.ts";
import type { DRef } from "../ref.ts";
import type { Build } from "../stage/build.ts";
import type { Matcher } from "../stage/matcher.ts";
import { stage, type Realizer, type Stage } from "../stage/stage.ts";
import { builtIn, closeBuiltIn } from "./built-in.ts";
import { checkFormat, type ArchiveFormat } from "./extract/format.ts";
import type { UnpackLimits } from "./extract/limits.ts";
import { progressReporter } from "./report-progress.ts";

/** Where an archive is: a path into a stage, or a stage whose realization is one file. */
export type ArchivePlace = StagePath | RefPath | StageLike | DRef;

/** How to unpack. */
export interface UnpackOptions<A extends ArchivePlace> {
  readonly name: string;
  readonly archive: A;
  /** Told by the content unless given: `"gz"` keeps a `tar.gz` from being unpacked any further. */
  readonly format?: ArchiveFormat | undefined;
  /** The folder of the realization to unpack into, instead of the realization itself. */
  readonly into?: string | undefined;
  /** How much the archive may come to. */
  readonly limits?: UnpackLimits | undefined;
  readonly matcher?: Matcher | undefined;
}

/** The config of an unpacked archive. */
export interface UnpackConfig<A extends ArchivePlace> {
  readonly archive: A;
  readonly format?: ArchiveFormat;
  /** The folder that it was unpacked into, where that is not the realization itself. */
  readonly into?: SelfPath;
}

/**
 * A stage that is what is in an archive: tar, tar.gz, tar.bz2, tar.xz, tar.zst or zip; or the one file that was compressed by
 * gzip, bzip2, xz or zstd, under its name without the ending.
 *
 * Archives are not trusted: absolute paths, `..`, links that lead out, devices, pipes, two things of one name, and more than
 * `limits` allow are refused, and then nothing of the archive is left. Executable bits are kept; times, owners and other
 * permissions are not. Hard links become copies. What macOS adds to zips (`__MACOSX`) is left out.
 *
 * Errors in `cause` of the `build-failed`: `unknown-format`, `damaged-archive`, `unsafe-archive`, `archive-too-large`.
 *
 * Source: the `unpack` mode of Pylightnix's `fetchurl` and `fetchlocal` (stages/fetch.py).
 *
 * @throws {LightnixError} `unknown-format`, `invalid-name`, `invalid-path`
 *
 * @example
 * ```ts
 * const digits = unpack({ name: "digits", archive: fetched.path("digits.tar.xz") });
 * const train = digits.path("train");
 * ```
 */
export function unpack<A extends ArchivePlace>(options: UnpackOptions<A>): Stage<UnpackConfig<A>> {
  const { name, archive, format, into, limits, matcher } = options;
  const config: UnpackConfig<A> = {
    archive,
    ...(format !== undefined && { format: checkFormat(format) }),
    ...(into !== undefined && { into: self(into) }),
  };
  const run = unpackRealizer(limits === undefined ? {} : { limits });
  return stage({ name, config, matcher, realize: run as Realizer, ...builtIn("unpack", 1) });
}

/** What unpacks the archive that the config of a build names. */
export function unpackRealizer({
  limits,
}: {
  readonly limits?: UnpackLimits;
}): (build: Build<UnpackConfig<RefPath>>) => Promise<void> {
  const run = (build: Build<UnpackConfig<RefPath>>): Promise<void> => realizeUnpack(build, limits);
  closeBuiltIn(run, "unpack", limits === undefined ? {} : { limits });
  return run;
}

async function realizeUnpack(
  build: Build<UnpackConfig<RefPath>>,
  limits: UnpackLimits | undefined,
): Promise<void> {
  const { format, into } = build.config;
  const out = into === undefined ? build.out : build.path(...pathSegments(into));
  await mkdir(out, { recursive: true });
  // Loaded only here, as the decoders take longer to load than all the rest of core.
  const { extract } = await import("./extract/extract.ts");
  await extract({
    archive: await onlyFile(lens(build).archive.syspath),
    out,
    isTop: into === undefined,
    format,
    limits,
    signal: build.signal,
    onProgress: progressReporter(build, "unpacking"),
  });
}

/** The file at a path, or the only one in the realization there. */
async function onlyFile(path: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) return path;
  const names = (await readdir(path)).filter((name) => !name.startsWith("__") && name !== "context.json");
  const [name] = names;
  if (name !== undefined && names.length === 1 && (await stat(join(path, name))).isFile())
    return join(path, name);
  throw new LightnixError(
    "no-archive",
    `Cannot unpack "${path}": it is a folder with ${names.length === 0 ? "nothing" : names.slice(0, 20).join(", ")} in it. ` +
      'Say which file is the archive, as in { archive: fetched.path("data.tar.gz") }',
    { data: { path, names } },
  );
}
