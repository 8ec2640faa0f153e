import type { Comms } from "./comm.ts";

export type { Comm, CommCallback, CommData, CommExtras, CommMessage, Comms, TargetCallback } from "./comm.ts";

// What cells see of "lightnix/comms"; the kernel provides the values (see createComms), so that they belong to its session.
/** The comms of this kernel: connections to its clients. */
export declare const comms: Comms;
