import { expect, it } from "vitest";
import * as core from "../../core/index.ts";

it("the public names of core are these", () => {
  expect(Object.keys(core).toSorted()).toMatchInlineSnapshot(`
    [
      "BuildError",
      "LightnixError",
      "Registry",
      "all",
      "best",
      "checkConfig",
      "derivation",
      "drefOf",
      "errorCode",
      "exact",
      "instantiate",
      "isDRef",
      "isRRef",
      "isStage",
      "isStagePath",
      "latest",
      "lens",
      "match",
      "only",
      "openStore",
      "outcomes",
      "parseDRef",
      "parseRRef",
      "realize",
      "realize$",
      "realizeMany",
      "self",
      "some",
      "stage",
    ]
  `);
});
