import fc from "fast-check";
import { builtinMagics } from "../../../magics/builtin.ts";
import type { SplitOptions } from "../../../magics/split.ts";
import { isComplete } from "./notebook.ts";

/** What splitting a cell needs, with the magics that come with Lightnix. */
export const options: SplitOptions = { isComplete, registry: builtinMagics };

/** Cells as people type them and as nobody would: magics, code, strings, brackets, in any order and unfinished. */
export const cells: fc.Arbitrary<string> = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        ..."%realize %%stage %time %%time %lens %outcomes %compare %store %nonsense %% %check strict --new 5 --as r --dry-run ` ${ } ( ) [ ] { ' \" / * // /* */ ; , . x.y =>".split(
          " ",
        ),
        ..."classifier const x = 1\nimport a from 'b'\nexport default async (build) => {\n};\nexport const config = {};\nlens(r).a".split(
          "\n",
        ),
        ..."\n \r\n \t \u2028 \u0000 \ud83d\ude00 \ud83d é".split(" "),
        "\n",
        "\n",
        " ",
        "?",
      ),
      { maxLength: 24 },
    )
    .map((parts) => parts.join("")),
  fc
    .array(
      fc.oneof(
        fc.string({ maxLength: 12 }),
        fc.constantFrom("%realize a", "%%stage a", "%lens b.c", "\n", "\n"),
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join("\n")),
  fc.string({ unit: "binary", maxLength: 60 }),
);

/** How many lines a text has, as TypeScript and V8 count them. */
export function lineCount(text: string): number {
  return text.split(/\r\n|[\n\r\u2028\u2029]/u).length;
}
