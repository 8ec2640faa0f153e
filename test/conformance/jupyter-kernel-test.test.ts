import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJupyterHome, runPython } from "../support/jupyter.ts";
import type { JupyterHome } from "../support/jupyter.ts";

// Samples for every optional part, so that nothing is skipped.
const program = String.raw`
import unittest
import jupyter_kernel_test

class LightnixTests(jupyter_kernel_test.KernelTests):
    kernel_name = "lightnix"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oops')"
    completion_samples = [
        {"text": "consol", "matches": {"console"}},
        {"text": "Math.flo", "matches": {"floor"}},
        {"text": "%real", "matches": {"%realize"}},
    ]
    complete_code_samples = ["1", "const f = (x: number): number => x + 1;", "class A {\n  m() {}\n}", "%lsmagic"]
    incomplete_code_samples = ["const f = () => {", "[1,", "console.log(", "\x60a"]
    invalid_code_samples = ["const const", "1 +* 2", "let 3x = 4"]
    code_page_something = "%realize?"
    code_generate_error = "throw new TypeError('boom')"
    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "[1, 2, 3].map((n: number) => n * n)"},
    ]
    code_display_data = [
        {"code": "display.html('<b>hello</b>')", "mime": "text/html"},
        {"code": "display.markdown('**hello**')", "mime": "text/markdown"},
    ]
    code_history_pattern = "1 ? 2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.floor"
    code_clear_output = "clearOutput()"

if __name__ == "__main__":
    unittest.main(argv=["lightnix", "-v"])
`;

describe("jupyter_kernel_test", () => {
  let home: JupyterHome;
  beforeAll(async () => {
    home = await createJupyterHome();
  });
  afterAll(() => home.remove());

  it("passes whole, with samples for every optional part", async () => {
    const { stderr } = await runPython(home, program);
    expect(stderr).toMatch(/^Ran 12 tests/mu);
    expect(stderr).toMatch(/^OK$/mu);
  }, 180_000);
});
