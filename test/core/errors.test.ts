import { expect, test } from "vitest";
import { errorCode, LightnixError } from "../../core/errors.ts";

test("LightnixError carries a code, data and a cause", () => {
  const cause = new Error("inner");
  const error = new LightnixError("some-code", "Cannot do it", { data: { path: "x" }, cause });
  expect(error).toMatchObject({
    name: "LightnixError",
    code: "some-code",
    message: "Cannot do it",
    data: { path: "x" },
  });
  expect(error.cause).toBe(cause);
  expect(String(error)).toBe("LightnixError: Cannot do it");
});

test("LightnixError has no cause and no data unless given", () => {
  const error = new LightnixError("some-code", "Cannot do it");
  expect(Object.hasOwn(error, "cause")).toBe(false);
  expect(error.data).toEqual({});
});

test("errorCode() reads codes of any error, and nothing else", () => {
  expect(errorCode(new LightnixError("some-code", ""))).toBe("some-code");
  expect(errorCode(Object.assign(new Error("no"), { code: "ENOENT" }))).toBe("ENOENT");
  for (const other of [new Error("no"), { code: 1 }, "ENOENT", null, undefined])
    expect(errorCode(other)).toBeUndefined();
});
