import type { Stage } from "../../core/stage/stage.ts";
import { stage } from "../../core/stage/stage.ts";
import { self } from "../../core/path.ts";
import type { Lens, UntypedLens } from "../../core/lens/types.ts";
import type { Build } from "../../core/stage/build.ts";
const a = stage({ name: "a", config: { url: "x", n: 1, deep: [{ lr: 0.1 }] }, realize(build) { build.config.url satisfies string; } });
const b = stage({ name: "b", config: { src: a.path("x"), a, bin: self("x"), val: 3 }, async realize(build) { build.lens.src.url.val satisfies string; build.lens.a.deep[0]!.lr.val satisfies number; build.lens.bin.syspath satisfies string; build.lens.a.deep.get(0); } });
export const c: Stage = a;
export const d: readonly Stage[] = [a, b];
declare const u: UntypedLens;
u.val; u.foo!.bar!.syspath satisfies string;
export const wide = stage({ ...b, config: { ...b.config, hidden: 64 } });
export function f(build: Build<typeof b.config>): string { return build.lens.src.url.val; }
export function g<C>(x: Stage<C>): Lens<C> { throw new Error("" + x.name); }
g(b).src.url.val satisfies string;
// @ts-expect-error
g(b).src.ulr;
g(wide).hidden.val satisfies number;
