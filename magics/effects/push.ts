import { isStage } from "../../core/config.ts";
import { copyClosure, fetchClosure } from "../../core/index.ts";
import type { DRef, RRef, Stage } from "../../core/index.ts";
import { isDRef, isRRef } from "../../core/ref.ts";
import { describeStage } from "../../core/stage/describe.ts";
import { isClosure } from "../../core/stage/targets.ts";
import { isSweep } from "../../core/sweep/swept.ts";
import type { Expression } from "../argument-specs.ts";
import type { PullArguments } from "../commands/pull.ts";
import type { PushArguments } from "../commands/push.ts";
import { MagicError } from "../errors.ts";
import { followMove } from "../follow-move.ts";
import { isOnTheWeb, openOther } from "../other-store.ts";
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
  if (args.from !== undefined && isOnTheWeb(args.from)) {
    const from = args.from;
    const refs = await addressesOf(args.expression);
    await followMove({ done: "Pulled from", doing: "Pulling from", place: from, store, host }, (options) =>
      fetchClosure(store, from, refs, options),
    );
    return;
  }
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

/** The addresses that an expression stands for, of what the store need not have. */
async function addressesOf(expression: Expression): Promise<(DRef | RRef)[]> {
  const addressOf = (value: unknown): (DRef | RRef)[] => {
    if (isSweep(value)) return value.stages.flatMap(addressOf);
    if (Array.isArray(value)) return value.flatMap(addressOf);
    if (isStage(value)) return [describeStage(value as Stage).dref];
    if (isRRef(value) || isDRef(value)) return [value];
    if (isClosure(value)) return [value.dref];
    throw new MagicError(
      "no-stage",
      `Cannot pull "${expression.text}": it is no realization, stage or derivation`,
      { expression: expression.text },
    );
  };
  return addressOf(await expression.value());
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
