// The program of a child process that runs realizers: `processes()` starts it. Its second thread runs the same file.
import { isMainThread } from "node:worker_threads";

if (isMainThread) (await import("./serve.ts")).serve();
else (await import("./watch-parent.ts")).watchParent();
