/** What ends a run of a realizer besides the realizer's own errors. */
export type FaultCode =
  | "build-crashed"
  | "build-stuck"
  | "time-limit"
  | "memory-limit"
  | "wrote-outside"
  | "restricted"
  | "not-restrictable";

/**
 * Says that a run of a realizer was no good for another reason than that it threw. The message continues `Cannot build "name":`,
 * and the build's error has this code.
 */
export class BuildFault extends Error {
  override readonly name: string = "BuildFault";
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string) {
    super(message);
    this.code = code;
  }
}
