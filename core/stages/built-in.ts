/**
 * What makes the identity of a built-in stage: not its source, or a new release of Lightnix would have everything fetched and
 * unpacked again, but its name and a version that is raised when outcomes come out differently.
 */
export function builtIn(name: string, version: number): { readonly source: false; readonly version: string } {
  return { source: false, version: `lightnix ${name} ${version}` };
}
