import headless from "@xterm/headless";
import { describe, expect, it } from "vitest";
import { columnsOf } from "../../../../kernel/app/terminal/fit-text.ts";
import { LiveRegion } from "../../../../kernel/app/terminal/live-region.ts";

function region(columns = 40, rows = 8) {
  const screen = new headless.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  const frames: string[] = [];
  const terminal = {
    get columns() {
      return screen.cols;
    },
    get rows() {
      return screen.rows;
    },
    write(text: string) {
      frames.push(text);
      screen.write(text);
    },
  };
  const lines = async (): Promise<string[]> => {
    await new Promise<void>((resolve) => screen.write("", resolve));
    const { active } = screen.buffer;
    return Array.from(
      { length: active.length },
      (_, row) => active.getLine(row)?.translateToString(true) ?? "",
    )
      .join("\n")
      .trimEnd()
      .split("\n");
  };
  return { live: new LiveRegion(terminal, columnsOf), screen, frames, lines };
}

describe("LiveRegion", () => {
  it("draws in the place of what it drew before, fewer lines or more", async () => {
    const { live, lines } = region();
    live.draw(["one", "two", "three"]);
    live.draw(["four"]);
    expect(await lines()).toEqual(["four"]);
    live.draw(["five", "six"]);
    expect(await lines()).toEqual(["five", "six"]);
  });

  it("leaves above it what is to stay, also beyond the top of the screen", async () => {
    const { live, lines } = region();
    for (let i = 0; i < 20; i++) live.draw([`live ${i}`, "sum"], [`done ${i}`]);
    const done = Array.from({ length: 20 }, (_, i) => `done ${i}`);
    expect(await lines()).toEqual([...done, "live 19", "sum"]);
    live.end(["the end"]);
    expect(await lines()).toEqual([...done, "the end"]);
  });

  it("writes each frame at once and erases nothing before it is overwritten", () => {
    const { live, frames } = region();
    live.draw(["a", "b"]);
    live.draw(["c", "d"]);
    expect(frames).toHaveLength(2);
    expect(frames[1]).toBe("\x1b[?2026h\r\x1b[2Ac\x1b[K\nd\x1b[K\n\x1b[J\x1b[?2026l");
  });

  it("hides the cursor once, and shows it again only if it was hidden", () => {
    const { live, frames } = region();
    live.end();
    expect(frames.join("")).not.toContain("\x1b[?25");
    live.draw(["a"]);
    live.draw(["b"]);
    live.end();
    const written = frames.join("");
    expect(written.split("\x1b[?25l")).toHaveLength(2);
    expect(written.split("\x1b[?25h")).toHaveLength(2);
    expect(written.indexOf("\x1b[?25l")).toBeLessThan(written.indexOf("\x1b[?25h"));
  });

  it("finds its place again when the terminal has made two lines of one", async () => {
    const { live, screen, lines } = region(30);
    live.draw(["x".repeat(25), "sum"], ["stays"]);
    await lines();
    screen.resize(15, 8);
    live.draw(["y".repeat(10), "sum"]);
    expect(await lines()).toEqual(["stays", "y".repeat(10), "sum"]);
  });
});
