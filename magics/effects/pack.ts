import { packClosure, unpackClosure } from "../../core/index.ts";
import type { PackArguments } from "../commands/pack.ts";
import type { UnpackArguments } from "../commands/unpack.ts";
import { followMove } from "../follow-move.ts";
import { realizationsOf } from "../realization-of.ts";
import type { MagicContext } from "../registry.ts";
import { typedPath } from "../typed-path.ts";

/** What `%pack` does. */
export async function packEffect({ args, host, session }: MagicContext<PackArguments>): Promise<void> {
  const { store } = session;
  const file = typedPath(args.output ?? "closure.tar.zst", host.folder);
  const rrefs = await realizationsOf(args.expression, { doing: "pack", store, host });
  await followMove({ done: "Packed into", doing: "Packing into", place: file, store, host }, (options) =>
    packClosure(store, rrefs, file, options),
  );
}

/** What `%unpack` does. */
export async function unpackEffect({ args, host, session }: MagicContext<UnpackArguments>): Promise<void> {
  const { store } = session;
  const file = typedPath(args.file, host.folder);
  await followMove({ done: "Unpacked from", doing: "Unpacking", place: file, store, host }, (options) =>
    unpackClosure(store, file, options),
  );
}
