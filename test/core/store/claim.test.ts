import { readlinkSync } from "node:fs";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { lockText, newClaim, readLock } from "../../../core/store/claim.ts";
import { storePaths } from "../../../core/store/layout.ts";
import { thisProcess } from "../../../core/store/machine.ts";

vi.mock(import("node:fs"), async (original) => ({ ...(await original()), readlinkSync: vi.fn() }));

const paths = storePaths("/store");
const me = { ...thisProcess(), id: `p${process.pid}-abc` };
const lock = `${paths.locks}/removals`;

describe("a lock that is looked at", () => {
  beforeEach(() => vi.resetAllMocks());

  it("is whose it is", () => {
    const claim = newClaim(me);
    vi.mocked(readlinkSync).mockReturnValue(lockText(claim));
    expect(readLock(paths, lock, me)?.claim).toEqual(claim);
  });

  it("is nobody's when it was not there, though somebody takes it right after", () => {
    vi.mocked(readlinkSync)
      .mockImplementationOnce(() => {
        throw Object.assign(new Error("not there"), { code: "ENOENT" });
      })
      .mockReturnValue(lockText(newClaim(me)));
    expect(readLock(paths, lock, me)).toBeUndefined();
  });
});
