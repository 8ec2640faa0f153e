import { pathToFileURL } from "node:url";
import type { InitializeParams } from "vscode-languageserver-protocol";

/** What a server is told about the notebook and about its client when it starts (LSP: `initialize`). */
export function initializeParams({
  folder,
  config,
}: {
  readonly folder: string;
  readonly config: string;
}): InitializeParams {
  const uri = pathToFileURL(folder).href;
  return {
    processId: process.pid,
    locale: "en",
    rootUri: uri,
    workspaceFolders: [{ uri, name: "notebook" }],
    capabilities,
    initializationOptions: {
      logVerbosity: 0,
      disablePushDiagnostics: true,
      userPreferences: {
        customConfigFileName: config,
        includeCompletionsForModuleExports: false,
        includeCompletionsForImportStatements: false,
        disableAutomaticTypeAcquisition: true,
      },
    },
  };
}

/** What the server gets that asks for settings and registers watchers: no settings; files are watched by their readers. */
export function noSettings(params: unknown): unknown {
  const isConfiguration = typeof params === "object" && params !== null && "items" in params;
  return isConfiguration && Array.isArray(params.items) ? params.items.map(() => null) : null;
}

/** The text of a configuration (`tsconfig.json`) of the same documents, and of nothing else. */
export function withoutLibraries(config: string): string {
  const { files } = JSON.parse(config) as { files?: unknown };
  return JSON.stringify({ compilerOptions: { noLib: true, types: [] }, files });
}

const capabilities: InitializeParams["capabilities"] = {
  general: { positionEncodings: ["utf-16"] },
  textDocument: {
    diagnostic: {},
    completion: {
      completionItem: {
        documentationFormat: ["markdown"],
        resolveSupport: { properties: ["detail", "documentation"] },
      },
      completionList: { itemDefaults: ["editRange"] },
    },
    hover: { contentFormat: ["markdown"] },
    signatureHelp: {
      signatureInformation: { documentationFormat: ["markdown"], activeParameterSupport: true },
    },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix"] } } },
  },
};
