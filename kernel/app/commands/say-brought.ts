import type { Brought, Store } from "../../../core/index.ts";
import { isRRef } from "../../../core/ref.ts";
import { counted } from "../../../magics/views/format.ts";

/** Says what a store was brought: the realizations and their folders for programs, for people how many of all objects are new. */
export function sayBrought({ refs, added, withheld = [] }: Brought, store: Store): void {
  for (const rref of refs.filter(isRRef)) process.stdout.write(`${rref}\t${store.path(rref)}\n`);
  for (const rref of withheld)
    process.stderr.write(`${rref}: its log or displays were left out, as they are not what was signed\n`);
  process.stderr.write(`${counted(refs.length, "object")}, ${added.length} of them new\n`);
}
