import { copyClosure } from "../../core/index.ts";
import type { PullArguments } from "../commands/pull.ts";
import type { PushArguments } from "../commands/push.ts";
import { MagicError } from "../errors.ts";
import { followMove } from "../follow-move.ts";
import { openOther } from "../other-store.ts";
import { secretKeyOf } from "../secret-key.ts";
import { realizationsOf } from "../realization-of.ts";
import type { MagicContext } from "../registry.ts";
import { typedPath } from "../typed-path.ts";

/** What `%push` does. */
export async function pushEffect({ args, host, session }: MagicContext<PushArguments>): Promise<void> {
  const { store } = session;
  const place = folderOf({ magic: "%push", flag: "--to", typed: args.to, folder: host.folder });
  const other = openOther(place, { doing: "push to", store });
  const secretKey = secretKeyOf(args.key === undefined ? undefined : typedPath(args.key, host.folder));
  const rrefs = await realizationsOf(args.expression, { doing: "push", store, host });
  await followMove({ done: "Pushed to", doing: "Pushing to", place, store: other, host }, (options) =>
    copyClosure(store, other, rrefs, { ...options, secretKey }),
  );
}

/** What `%pull` does. */
export async function pullEffect({ args, host, session }: MagicContext<PullArguments>): Promise<void> {
  const { store } = session;
  const place = folderOf({ magic: "%pull", flag: "--from", typed: args.from, folder: host.folder });
  const other = openOther(place, { doing: "pull from", store });
  const rrefs = await realizationsOf(args.expression, {
    doing: "pull",
    store: other,
    where: "the other store",
    host,
  });
  await followMove({ done: "Pulled from", doing: "Pulling from", place, store, host }, (options) =>
    copyClosure(other, store, rrefs, options),
  );
}

interface TypedFolder {
  readonly magic: string;
  readonly flag: string;
  readonly typed: string | undefined;
  /** The notebook's folder. */
  readonly folder: string;
}

function folderOf({ magic, flag, typed, folder }: TypedFolder): string {
  if (typed !== undefined) return typedPath(typed, folder);
  throw new MagicError(
    "missing-argument",
    `Cannot run ${magic}: it needs the folder of the other store: ${flag} FOLDER`,
    { flag },
  );
}
