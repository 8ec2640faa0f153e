import { createRequire } from "node:module";
import { hostname, userInfo } from "node:os";
import type { Json } from "../config.ts";

/** When, where and by what a realization was made. Kept with it as `__build__.json`; no part of its hash. */
export interface BuildRecord {
  /** When the realizer started, as an ISO date. */
  readonly started: string;
  /** When it had stopped, as an ISO date. */
  readonly stopped: string;
  /** The machine's name. */
  readonly host: string;
  /** Who ran it. */
  readonly user: string;
  /** The process that ran it. */
  readonly pid: number;
  /** What it ran with. */
  readonly versions: { readonly node: string; readonly lightnix: string };
  /** The system and architecture of that process, such as `linux-x64`. Old records do not say. */
  readonly platform?: string;
  /** The size of all artifacts together; `commit` puts it in. */
  readonly sizeBytes?: number;
  /** What each artifact is, where these are few; `commit` puts it in, and `verify` reads it. */
  readonly tree?: Json;
  /** What else the caller wants kept. */
  readonly [field: string]: Json | undefined;
}

/** The record of a build that this process made. */
export function buildRecord(started: Date, stopped: Date): BuildRecord {
  return { started: started.toISOString(), stopped: stopped.toISOString(), ...here() };
}

/** Whether a JSON value is a record, as far as anybody relies on it: that it says when the build started and stopped. */
export function isRecord(json: unknown): json is BuildRecord {
  const { started, stopped } = (json ?? {}) as Readonly<Record<string, unknown>>;
  return [started, stopped].every((time) => typeof time === "string" && !Number.isNaN(Date.parse(time)));
}

type Here = Pick<BuildRecord, "host" | "user" | "pid" | "platform" | "versions">;

let known: Here | undefined;

/** Looked up once, as it takes longer than to write the record. */
function here(): Here {
  known ??= {
    host: hostname(),
    user: userName(),
    pid: process.pid,
    platform: platformHere(),
    versions: { node: process.versions.node, lightnix: lightnixVersion() },
  };
  return known;
}

/** The system and the processor's architecture of this process, such as `linux-x64`. */
export function platformHere(): string {
  return `${process.platform}-${process.arch}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container a process may run as a number that no user has.
    return String(process.getuid?.() ?? "unknown");
  }
}

function lightnixVersion(): string {
  // By its own name a package finds its package.json from sources and from the compiled files alike.
  const { version } = createRequire(import.meta.url)("lightnix/package.json") as { version: string };
  return version;
}
