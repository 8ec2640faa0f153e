import { expect, it } from "vitest";
import { Debugging } from "../../../kernel/app/debugging.ts";
import { createLanguage } from "../../../kernel/language/language.ts";

const initialize = { type: "request", seq: 1, command: "initialize", arguments: {} };

it("a debugger that was closed before the main thread was ready does not connect with it any more", async () => {
  let becomeReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    becomeReady = resolve;
  });
  const language = createLanguage({ folder: process.cwd() });
  const debugging = new Debugging({ language, ready: () => ready });
  const answer = debugging.answer(initialize, () => undefined);
  debugging.close();
  becomeReady();
  expect(await answer).toMatchObject({ success: false, message: "Cannot debug: the kernel is ending" });
  await language.close();
});
