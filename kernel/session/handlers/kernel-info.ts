import { PROTOCOL_VERSION } from "../../wire/header.ts";
import type { ReplyHandler } from "../handler.ts";

/** kernel_info_request: what this kernel is. Answered without the evaluator, so at once. */
export const kernelInfoHandler: ReplyHandler<"kernel_info_request"> = {
  kind: "reply",
  type: "kernel_info_request",
  answer: ({ info, evaluator }) =>
    Promise.resolve({
      content: {
        status: "ok",
        protocol_version: PROTOCOL_VERSION,
        implementation: info.implementation,
        implementation_version: info.implementationVersion,
        language_info: {
          name: "typescript",
          version: info.languageVersion,
          // CodeMirror 5 (classic notebook, JupyterLab 3) and JupyterLab 4 both know the name "typescript" and this type.
          mimetype: "application/typescript",
          file_extension: ".ts",
          pygments_lexer: "typescript",
          codemirror_mode: "typescript",
          nbconvert_exporter: "script",
        },
        banner: info.banner,
        debugger: evaluator.debug !== undefined,
        help_links: info.helpLinks ?? [],
        supported_features: ["kernel subshells", ...(evaluator.debug === undefined ? [] : ["debugger"])],
      },
    }),
};
