import type { Json, JsonObject, StageLike, StagePath } from "../config.ts";
import { LightnixError } from "../errors.ts";
import type { UntypedLens } from "../lens/types.ts";
import { isRefPath, isSelfPath, pathSegments, type RefPath, type SelfPath } from "../path.ts";
import { isDRef, type DRef } from "../ref.ts";
import type { Build } from "../stage/build.ts";
import type { Matcher } from "../stage/matcher.ts";
import { stage, type Stage } from "../stage/stage.ts";
import { builtIn, closeBuiltIn } from "./built-in.ts";

/** Something that has a path: in a dependency, or (a self path) in the realization that is being made. */
export type CommandPlace = StageLike | StagePath | DRef | RefPath | SelfPath;

/**
 * A word of a command line: a text, a number, a place, of which the path is taken, or several of them run together:
 * `{ join: ["--prefix=", self("usr")] }`.
 */
export type CommandWord =
  | string
  | number
  | CommandPlace
  | { readonly join: readonly [string, ...(string | number | CommandPlace)[]] };

/** The config of a command. */
export interface CommandConfig<O extends Readonly<Record<string, SelfPath>> = Record<string, SelfPath>> {
  /** The program: a name that is looked up in PATH, or a place. */
  readonly command: CommandWord;
  readonly args?: readonly CommandWord[];
  /** Environment variables over those of this process. */
  readonly env?: Readonly<Record<string, CommandWord>>;
  /** The folder to run in: the realization that is being made unless given. */
  readonly cwd?: CommandPlace;
  /** What the program promises to make; the folders for it are there when it begins. */
  readonly outputs: O;
}

/** How to make a command. */
export interface CommandOptions<O extends Readonly<Record<string, SelfPath>>, C extends object> {
  readonly name: string;
  /** The program: a name that is looked up in PATH, or a place. */
  readonly command: CommandWord;
  readonly args?: readonly CommandWord[] | undefined;
  /** Environment variables over those of this process. */
  readonly env?: Readonly<Record<string, CommandWord>> | undefined;
  /** The folder to run in: the realization that is being made unless given. */
  readonly cwd?: CommandPlace | undefined;
  /** What the program promises to make; the folders for it are there when it begins. */
  readonly outputs: O;
  /** More fields for the config: what outcomes are compared by, and dependencies that no word of the command names. */
  readonly config?: C | undefined;
  readonly matcher?: Matcher | undefined;
  /** As in `stage`: `["PATH"]` makes another derivation where programs are looked up in other folders. */
  readonly environment?: readonly string[] | undefined;
}

/**
 * A stage that runs a program. Its words are part of the config, and so of its identity; places among them are dependencies or
 * promises, and the program is given their paths. Which program PATH leads to is no part of it: name one in a dependency where
 * that matters.
 *
 * What the program prints goes to the log; another exit code than 0 is an error (`exec-failed`, in `cause`).
 *
 * Source: Nix's `runCommand`; in Pylightnix such a realizer is written by hand.
 *
 * @throws {LightnixError} as `stage`; `invalid-command` when `config` has a field of the command's own
 *
 * @example
 * ```ts
 * const small = command({
 *   name: "small",
 *   command: "convert",
 *   args: [photos.path("cat.jpg"), "-resize", "50%", self("small.jpg")],
 *   outputs: { picture: self("small.jpg") },
 * });
 * lens(await realize(small)).outputs.picture.syspath;
 * ```
 */
export function command<
  O extends Readonly<Record<string, SelfPath>>,
  C extends object = Record<never, never>,
>(options: CommandOptions<O, C>): Stage<CommandConfig<O> & C> {
  const { name, command: program, args, env, cwd, outputs, config = {} as C, matcher, environment } = options;
  const own: CommandConfig<O> = {
    command: program,
    ...(args !== undefined && { args }),
    ...(env !== undefined && { env }),
    ...(cwd !== undefined && { cwd }),
    outputs,
  };
  checkFields(name, config);
  const run = commandRealizer();
  return stage({
    name,
    config: { ...own, ...config },
    matcher,
    environment,
    realize: run,
    ...builtIn("command", 1),
  });
}

const OWN_FIELDS: readonly string[] = ["command", "args", "env", "cwd", "outputs"];

function checkFields(name: string, config: object): void {
  const taken = OWN_FIELDS.find((field) => Object.hasOwn(config, field));
  if (taken === undefined) return;
  throw new LightnixError(
    "invalid-command",
    `Cannot make the stage "${name}": its config has a field "${taken}", which is what the command itself calls one. Rename it`,
    { data: { stage: name, field: taken } },
  );
}

/** What runs the program that the config of a build names. */
export function commandRealizer(): (build: Build) => Promise<void> {
  const run = (build: Build): Promise<void> => realizeCommand(build);
  closeBuiltIn(run, "command", {});
  return run;
}

async function realizeCommand(build: Build): Promise<void> {
  const config = build.config as JsonObject;
  const root = build.lens;
  const word = (field: string): string => wordText(build, root.get(field), config[field]);
  const words = (field: string): [string, string][] =>
    Object.entries(config[field] ?? {}).map(([key, value]) => [
      key,
      wordText(build, root.get(field).get(key), value as Json),
    ]);
  for (const path of Object.values(config["outputs"] ?? {}))
    if (isSelfPath(path)) build.path(...pathSegments(path));
  const args = words("args").map(([, text]) => text);
  const cwd = config["cwd"] === undefined ? {} : { cwd: word("cwd") };
  await build.exec(word("command"), args, { env: Object.fromEntries(words("env")), ...cwd });
}

/** A word as the program is given it. `at` is the lens on it, `value` what the stored config has there. */
function wordText(build: Build, at: UntypedLens, value: Json | undefined): string {
  // The folder that it will be in has to be there.
  if (isSelfPath(value)) return build.path(...pathSegments(value));
  if (isDRef(value) || isRefPath(value)) return at.syspath;
  if (typeof value === "string" || typeof value === "number") return String(value);
  const parts = (value as { readonly join?: readonly Json[] } | undefined)?.join;
  if (Array.isArray(parts))
    return parts.map((part: Json, index) => wordText(build, at.get("join").get(index), part)).join("");
  throw new LightnixError(
    "invalid-command",
    `Cannot run the command: ${JSON.stringify(value)} is neither a text, a number, a place nor { join: [...] }`,
    { data: { value } },
  );
}
