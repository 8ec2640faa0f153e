/**
 * Whether a link in a tree leads out of it, followed as the kernel would: segment by segment, through the other links of the
 * tree. (`a/b/up -> ../..` is harmless by itself, and `l -> a/b/up/../x` looks so, but leads out.)
 *
 * `links` has the targets of all links in the tree, by their relative paths.
 */
export function leadsOut(path: string, links: ReadonlyMap<string, string>): boolean {
  const at = path.split("/").slice(0, -1);
  const todo = (links.get(path) ?? "").split("/").toReversed();
  if (links.get(path)?.startsWith("/")) return true;
  // The kernel gives up after 40 links; so a loop leads nowhere, and not out either.
  let followed = 1;
  for (let segment = todo.pop(); segment !== undefined; segment = todo.pop()) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") {
      if (at.pop() === undefined) return true;
      continue;
    }
    at.push(segment);
    const target = links.get(at.join("/"));
    if (target === undefined) continue;
    if (target.startsWith("/")) return true;
    if (++followed > 40) return false;
    at.pop();
    todo.push(...target.split("/").toReversed());
  }
  return false;
}
