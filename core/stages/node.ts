import { hash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { canonicalJson } from "../canonical.ts";
import type { Json } from "../config.ts";
import { pathSegments, self } from "../path.ts";
import type { Build } from "../stage/build.ts";
import type { Matcher } from "../stage/matcher.ts";
import { stage, type Stage } from "../stage/stage.ts";
import { builtIn, closeWithBytes } from "./built-in.ts";

/** What an artifact that is held in memory may be: a text, bytes, or what is written as JSON. */
export type ArtifactContent = string | Uint8Array | Json;

/** How to make a node. */
export interface NodeOptions<C extends object> {
  readonly name: string;
  /** The config; empty unless given. */
  readonly config?: C | undefined;
  /** The artifacts by their paths, folders separated by slashes. */
  readonly artifacts: Readonly<Record<string, ArtifactContent>>;
  readonly matcher?: Matcher | undefined;
}

/**
 * A stage that is a config and artifacts that are at hand: results of other programs, small tables, settings. The contents of
 * the artifacts are part of its identity. JSON is written with its fields sorted, so that their order does not count.
 *
 * Source: `mknode` of Pylightnix (stages/trivial.py).
 *
 * @throws {LightnixError} `invalid-name`, `invalid-config`, `invalid-path`
 *
 * @example
 * ```ts
 * const labels = node({ name: "labels", config: { lang: "en", file: self("labels.json") }, artifacts: { "labels.json": ["a", "b"] } });
 * ```
 */
export function node<C extends object = Record<never, never>>(options: NodeOptions<C>): Stage<C> {
  const { name, matcher, config = {} as C } = options;
  const paths = Object.keys(options.artifacts).toSorted();
  const artifacts = paths.map((path) => ({ path, bytes: bytesOf(path, options.artifacts[path]) }));
  const write = nodeRealizer(Object.fromEntries(artifacts.map(({ path, bytes }) => [path, bytes])));
  // Not in the config, which is the caller's. In a list, as a path may be called like a field of Lightnix; with a dot before
  // it, as it may even be called like a derivation.
  const captured = {
    artifacts: artifacts.map(({ path, bytes }) => [`./${path}`, hash("sha256", bytes, "hex")]),
  };
  return stage({ name, config, matcher, captured, realize: write, ...builtIn("node", 1) });
}

/** What writes artifacts that are at hand, by their paths. */
export function nodeRealizer(artifacts: Readonly<Record<string, Buffer>>): (build: Build) => Promise<void> {
  const files = Object.entries(artifacts).map(([path, bytes]) => ({
    segments: pathSegments(self(...(path.split("/") as [string, ...string[]]))),
    bytes,
  }));
  const write = async (build: Build): Promise<void> => {
    for (const { segments, bytes } of files) await writeFile(build.path(...segments), bytes);
  };
  closeWithBytes(write, "node", artifacts);
  return write;
}

function bytesOf(path: string, content: ArtifactContent | undefined): Buffer {
  if (typeof content === "string") return Buffer.from(content);
  // A copy, so that what happens to the caller's bytes later has no effect.
  if (content instanceof Uint8Array) return Buffer.from(content);
  const text: unknown = content === undefined ? undefined : canonicalJson(content);
  if (typeof text === "string") return Buffer.from(text);
  throw new TypeError(`Cannot make the artifact "${path}": it is neither a text nor bytes nor JSON`);
}
