import { isHash } from "../../ref.ts";
import { Breath } from "../breath.ts";
import { namesIn } from "../if-there.ts";
import { storePaths } from "../layout.ts";
import { isSourceText } from "../source-files.ts";
import type { Store } from "../store.ts";
import { isWritable, readExactly } from "./entries.ts";
import type { Finding } from "./finding.ts";

/** What is wrong with the texts of code that a store keeps. */
export async function checkSources(store: Store): Promise<Finding[]> {
  const { sources } = storePaths(store.root);
  const findings: Finding[] = [];
  const breath = new Breath();
  for (const name of namesIn(sources).sort()) {
    const finding = checkSource(`${sources}/${name}`, name);
    if (finding !== undefined) findings.push({ ...finding, ref: undefined, path: `${sources}/${name}` });
    await breath.take();
  }
  return findings;
}

function checkSource(path: string, name: string): Pick<Finding, "problem" | "message"> | undefined {
  const isDigest: boolean = isHash(name);
  if (!isDigest)
    return { problem: "foreign", message: `"${name}" among the texts of code was not put there by a store` };
  const text = readExactly(path);
  // What was removed while it was looked at is not damaged.
  if (text === undefined) return undefined;
  if (!isSourceText(name, text))
    return {
      problem: "source-changed",
      message: `the text of code ${name} was changed, its digest is another one`,
    };
  return isWritable(path)
    ? { problem: "writable", message: `the text of code ${name} can be written to` }
    : undefined;
}
