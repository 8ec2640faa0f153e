import { isStage } from "../../core/config.ts";
import { repair, verify } from "../../core/index.ts";
import type { DRef, Finding, RRef, Stage, Store } from "../../core/index.ts";
import { isDRef, isRRef } from "../../core/ref.ts";
import { describeStage } from "../../core/stage/describe.ts";
import type { Expression } from "../argument-specs.ts";
import type { VerifyArguments } from "../commands/verify.ts";
import { MagicError } from "../errors.ts";
import { LiveDisplay } from "../live-display.ts";
import type { MagicContext } from "../registry.ts";
import { verificationView } from "../views/verification.ts";
import type { VerificationFacts } from "../views/verification.ts";

/** What `%verify` does. */
export async function verifyEffect({
  args,
  host,
  session: { store },
}: MagicContext<VerifyArguments>): Promise<void> {
  const refs = args.expression && [await refOf(args.expression, store)];
  const { signal } = host;
  let facts: VerificationFacts = { root: store.root, done: 0, total: undefined, findings: [] };
  const view = new LiveDisplay(host, () => verificationView(facts));
  let found: Finding[] = [];
  try {
    found = await verify(store, {
      refs,
      signal,
      signatures: args.signatures,
      onProgress: ({ done, total, findings }) => {
        facts = { ...facts, done, total, findings: [...facts.findings, ...findings] };
        view.changed();
      },
    });
    facts = { ...facts, findings: found, total: facts.done };
    if (args.repair && found.length > 0)
      facts = { ...facts, repaired: await repair(store, found, { signal }) };
  } finally {
    view.end(verificationView({ ...facts, isOver: true }));
  }
}

async function refOf(expression: Expression, store: Store): Promise<DRef | RRef> {
  const value = await expression.value();
  const { text } = expression;
  const ref = isStage(value) ? describeStage(value as Stage).dref : value;
  if (isRRef(ref) ? store.has(ref) : isDRef(ref) && store.hasDerivation(ref)) return ref as DRef | RRef;
  if (isRRef(ref) || isDRef(ref))
    throw new MagicError("no-realization", `Cannot verify "${text}": the store has nothing of it`, {
      expression: text,
    });
  throw new MagicError("no-stage", `Cannot verify "${text}": it is no realization, stage or derivation`, {
    expression: text,
  });
}
