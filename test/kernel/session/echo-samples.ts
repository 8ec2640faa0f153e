import type { Samples } from "./conformance.ts";

/** What to say to the echo evaluator. */
export const echoSamples: Samples = {
  stdout: { code: "print hello", text: "hello\n" },
  stderr: { code: "warn careful", text: "careful\n" },
  result: { code: "result 42", text: "42" },
  mixture: "print a\nwarn b\ndisplay c\nprint d",
  update: "display a\nupdate b",
  clearWait: "print a\nclear wait\nprint b",
  error: { code: "fail all is lost", ename: "EchoError" },
  endless: "hang",
  pending: "hang",
  ask: "ask name? ",
  askSecret: "ask-secret word? ",
  late: "late late",
  expressions: { good: "1", bad: "bad" },
  completion: { code: "print 𝒜\npr", match: "print", start: 8 },
  inspection: { code: "print", nothing: "nothing" },
  complete: "print a",
  incomplete: "print \\",
  invalid: "!",
  openComm: { code: "comm c1", target: "from-kernel" },
  registerTarget: { code: "target pingpong", target: "pingpong" },
  hasDebugger: false,
};
