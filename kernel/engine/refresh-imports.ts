import type { Loader } from "./loader.ts";
import { missingExport } from "./needed-names.ts";
import type { Resolver } from "./resolve.ts";
import type { Scripts } from "./scripts.ts";
import type { SessionName, SessionNames } from "./session-names.ts";

/** What {@link refreshImports} works with. */
export interface RefreshParts {
  /** The file that cells import from; it need not exist. */
  readonly file: string;
  readonly names: SessionNames;
  readonly loader: Loader;
  readonly resolver: Resolver;
  readonly scripts: Scripts;
  /** Specifiers of changed modules that could not be loaded again. */
  readonly stuck: Set<string>;
  /** Tells the user that a changed module could not be loaded again. */
  readonly notice: (error: unknown, specifier: string) => void;
}

/** Binds the names anew that earlier cells imported from local modules, when those have changed. */
export async function refreshImports(parts: RefreshParts): Promise<void> {
  const { loader, resolver, names, file, stuck } = parts;
  resolver.forget();
  const changed = loader.forgetChanged();
  const isRetry = stuck.size > 0 && loader.haveFailedChanged();
  if (changed.size === 0 && !isRetry) return;
  const stale = names.all().filter(({ origin }) => {
    if (origin === undefined) return false;
    const path = localPath(origin.specifier, { resolver, file });
    return (path !== undefined && changed.has(path)) || (isRetry && stuck.has(origin.specifier));
  });
  for (const specifier of new Set(stale.map(({ origin }) => origin?.specifier ?? ""))) {
    await refresh(specifier, stale, parts);
  }
}

async function refresh(
  specifier: string,
  stale: readonly SessionName[],
  { loader, scripts, file, stuck, notice }: RefreshParts,
): Promise<void> {
  try {
    const namespace = await loader.import(specifier, file);
    stuck.delete(specifier);
    const bound: Record<string, unknown> = {};
    for (const { name, origin } of stale) {
      if (origin?.specifier !== specifier) continue;
      const { imported } = origin;
      if (imported === "*") bound[name] = namespace;
      else if (imported in namespace) bound[name] = namespace[imported];
      else notice(missingExport(namespace, specifier, imported), specifier);
    }
    scripts.bind(bound);
  } catch (error) {
    stuck.add(specifier);
    notice(error, specifier);
  }
}

function localPath(
  specifier: string,
  { resolver, file }: Pick<RefreshParts, "resolver" | "file">,
): string | undefined {
  try {
    const target = resolver.resolve(specifier, file);
    return target.kind === "local" ? target.path : undefined;
  } catch {
    return undefined;
  }
}
