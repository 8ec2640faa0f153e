import { expect, it } from "vitest";
import { replyError } from "../../../kernel/app/reply-error.ts";
import { Interrupted } from "../../../kernel/engine/errors.ts";

it("what stands for a cell that has no reply names what the cell has changed, at most five of it", () => {
  const six = ["a", "b", "c", "d", "e", "f"].map((name) => `Array.prototype.${name}`);
  expect(replyError(six, new Error("no map"))).toMatchObject({
    ename: "ReplyError",
    evalue: expect.stringMatching(/code has changed Array\.prototype\.a.*\.e and 1 more, which/u) as unknown,
  });
});

it("what stands for a cell that has no reply says why that could not be made, or that it was interrupted", () => {
  expect(replyError([], new Error("no room"))).toMatchObject({ ename: "ReplyError", evalue: "no room" });
  expect(replyError([], undefined)).toMatchObject({ evalue: "The reply could not be made" });
  expect(replyError([], new Interrupted())).toMatchObject({
    ename: "Interrupted",
    traceback: ["Interrupted: The cell was interrupted; variables keep their values"],
  });
});
