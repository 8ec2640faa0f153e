import type { Tslab } from "./tslab.ts";

// What cells see of "tslab"; the kernel provides the values (see createTslab), so that they belong to its session.
/** The versions of what runs. */
export declare const versions: Tslab["versions"];
/** Shows things in the running cell. */
export declare const display: Tslab["display"];
/** A `display` all of whose calls show in one place. */
export declare const newDisplay: Tslab["newDisplay"];
declare const whole: Tslab["default"];
export default whole;
