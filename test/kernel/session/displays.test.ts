import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DisplayPacer } from "../../../kernel/session/displays.ts";
import type { DisplayLimits, DisplaySink } from "../../../kernel/session/displays.ts";
import type { Display } from "../../../kernel/session/evaluator.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const limits: DisplayLimits = { windowMs: 20, maxCount: 3, maxBytes: 1000 };

function recorder(): DisplaySink & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    show: ({ data }) => void calls.push(`show ${String(data["text/plain"]).slice(0, 10)}`),
    update: ({ data }) => void calls.push(`update ${String(data["text/plain"]).slice(0, 10)}`),
    note: (text) => void calls.push(text.trim()),
  };
}

function display(text: string, id = "one"): Display {
  return { data: { "text/plain": text }, transient: { display_id: id } };
}

test("of updates that follow each other fast, the first goes at once and then the last of each window", () => {
  const sink = recorder();
  const pacer = new DisplayPacer(sink, limits);
  for (const text of ["a", "b", "c"]) pacer.update(display(text));
  pacer.update(display("x", "two"));
  expect(sink.calls).toEqual(["update a", "update x"]);
  vi.advanceTimersByTime(30);
  expect(sink.calls).toEqual(["update a", "update x", "update c"]);
  vi.advanceTimersByTime(30);
  pacer.update(display("d"));
  expect(sink.calls.at(-1)).toBe("update d");
});

test("the last update is never lost: it is sent when the cell ends", () => {
  const sink = recorder();
  const pacer = new DisplayPacer(sink, limits);
  for (const text of ["a", "b"]) pacer.update(display(text));
  pacer.flush();
  expect(sink.calls).toEqual(["update a", "update b"]);
  vi.advanceTimersByTime(100);
  expect(sink.calls).toHaveLength(2);
});

test("large updates wait longer", () => {
  const sink = recorder();
  const pacer = new DisplayPacer(sink, limits);
  pacer.update(display("l".repeat(5_000_000)));
  pacer.update(display("next"));
  vi.advanceTimersByTime(100);
  expect(sink.calls).toHaveLength(1);
  vi.advanceTimersByTime(50);
  expect(sink.calls).toEqual(["update llllllllll", "update next"]);
});

test("too many displays, or too large ones, are cut with one note", () => {
  const many = recorder();
  const pacer = new DisplayPacer(many, limits);
  for (const text of ["a", "b", "c", "d", "e"]) pacer.show(display(text));
  const note = "[This cell passed 3 displays; the rest of them is not shown.]";
  expect(many.calls).toEqual(["show a", "show b", "show c", note]);
  const large = recorder();
  const second = new DisplayPacer(large, limits);
  for (const text of ["a".repeat(5000), "b"]) second.show(display(text));
  expect(large.calls[0]).toBe("show aaaaaaaaaa");
  expect(large.calls[1]).toContain("MB of displays");
});

test("after the output was cleared there is room again", () => {
  const sink = recorder();
  const pacer = new DisplayPacer(sink, limits);
  for (const text of ["a", "b", "c", "d"]) pacer.show(display(text));
  pacer.restart();
  pacer.show(display("e"));
  expect(sink.calls.at(-1)).toBe("show e");
});
