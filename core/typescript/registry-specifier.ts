import { createRequire } from "node:module";

/** A specifier that names a registry, as Deno takes them, and what stands for it where packages are installed. */
export interface RegistrySpecifier {
  readonly registry: "npm" | "jsr";
  /** The package: `@scope/name`. */
  readonly name: string;
  /** The version, range or tag that is asked for. */
  readonly version?: string;
  /** What leads to the installed package: `@scope/name/sub`. */
  readonly installed: string;
}

const form = /^(npm|jsr):\/?((?:@[^/@]+\/)?[^/@]+)(?:@([^/]+))?((?:\/.*)?)$/u;

/** Reads `npm:lodash@4/fp` and `jsr:@std/path@1`; nothing for other specifiers. */
export function registrySpecifier(specifier: string): RegistrySpecifier | undefined {
  const [, registry, name = "", version, path = ""] = form.exec(specifier) ?? [];
  if (registry !== "npm" && registry !== "jsr") return undefined;
  return { registry, name, installed: name + path, ...(version !== undefined && { version }) };
}

/** The specifier that leads to the installed package: `lodash/fp` for `npm:lodash@4/fp`. Others stay as they are. */
export function installedSpecifier(specifier: string): string {
  return registrySpecifier(specifier)?.installed ?? specifier;
}

/** Whether an installed version is one that was asked for. Of a tag, such as `latest`, it is. */
export function isWantedVersion(installed: string, wanted: string): boolean {
  const { satisfies, validRange } = createRequire(import.meta.url)("semver") as Semver;
  return validRange(wanted) === null || satisfies(installed, wanted, { includePrerelease: true });
}

// What is used of it; it brings no types.
interface Semver {
  readonly satisfies: (version: string, range: string, options: { includePrerelease: boolean }) => boolean;
  readonly validRange: (range: string) => string | null;
}

/** What brings such a package into a project, as a shell takes it. */
export function installCommand({ registry, name, version }: RegistrySpecifier): string {
  const wanted = version === undefined ? name : `${name}@${version}`;
  const quoted = /^[\w@./~-]+$/u.test(wanted) ? wanted : `"${wanted}"`;
  return registry === "npm" ? `npm install ${quoted}` : `npx jsr add ${quoted}`;
}
