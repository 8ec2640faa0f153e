import { mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { leadsOut } from "../../../core/store/links.ts";
import { tempFolder } from "../../support/temp-store.ts";

describe("leadsOut()", () => {
  test.each<[target: string, out: boolean]>([
    ["b", false],
    ["./b/../c", false],
    ["../x", false],
    ["../../x", true],
    ["b/../../../x", true],
    ["/etc/passwd", true],
    ["/", true],
    ["..", false],
    ["../..", true],
    ["../../d/x", true],
    ["", false],
  ])("of d/l -> %j is %s", (target, out) => {
    expect(leadsOut("d/l", new Map([["d/l", target]]))).toBe(out);
  });

  test("follows the links that a link leads through", () => {
    const links = new Map([
      ["a/b/up", "../.."],
      ["l", "a/b/up/../x"],
      ["m", "a/b/up/x"],
      ["n", "a/b/up/l"],
    ]);
    expect([...links.keys()].map((path) => leadsOut(path, links))).toEqual([false, true, false, true]);
  });

  test("takes a loop for what leads nowhere", () => {
    const links = new Map([
      ["a", "b"],
      ["b", "a"],
    ]);
    expect(leadsOut("a", links)).toBe(false);
  });

  test("lets nothing through that the kernel follows out of the folder", () => {
    const segment = fc.constantFrom("..", "d", "e", "a", "b", "c", ".");
    const target = fc.array(segment, { minLength: 1, maxLength: 6 }).map((segments) => segments.join("/"));
    const paths = ["a", "d/b", "d/e/c"];
    const escapes = fc.check(
      fc.property(fc.tuple(target, target, target), (targets) => {
        const place = tempFolder();
        mkdirSync(join(place, "in/d/e"), { recursive: true });
        const links = new Map(paths.map((path, index) => [path, targets[index] ?? "."]));
        for (const [path, to] of links) symlinkSync(to, join(place, "in", path));
        return paths.every(
          (path) => leadsOut(path, links) || isInside(join(place, "in", path), join(place, "in")),
        );
      }),
      { numRuns: 300 },
    );
    expect(escapes.counterexample).toBeNull();
  });
});

/** Whether what the kernel finds at a path is inside a folder. What leads nowhere is. */
function isInside(path: string, folder: string): boolean {
  try {
    return `${realpathSync(path)}/`.startsWith(`${folder}/`);
  } catch {
    return true;
  }
}
