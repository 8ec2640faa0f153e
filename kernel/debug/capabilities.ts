/** What this debugger can do, as an answer to `initialize` says it. */
export const capabilities: Readonly<Record<string, unknown>> = {
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsEvaluateForHovers: true,
  supportsSetVariable: true,
  supportsExceptionInfoRequest: true,
  supportsModulesRequest: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ["."],
  supportsTerminateRequest: true,
  supportTerminateDebuggee: false,
  supportsDelayedStackTraceLoading: true,
  exceptionBreakpointFilters: [
    {
      filter: "uncaught",
      label: "Uncaught Exceptions",
      description: "Exceptions that no try around catches",
    },
    {
      filter: "all",
      label: "All Exceptions",
      description: "All exceptions that the notebook's own code meets",
    },
  ],
};
