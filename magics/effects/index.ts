// What magics do, apart from what they are called and take: loaded by the first one that runs.
export { cancelEffect } from "./cancel.ts";
export { compareEffect } from "./compare.ts";
export { explainEffect } from "./explain.ts";
export { gcEffect } from "./gc.ts";
export { keepEffect } from "./keep.ts";
export { lensEffect } from "./lens.ts";
export { logEffect } from "./log.ts";
export { outcomesEffect } from "./outcomes.ts";
export { packEffect, unpackEffect } from "./pack.ts";
export { pauseEffect } from "./pause.ts";
export { pullEffect, pushEffect } from "./push.ts";
export { realizeEffect } from "./realize.ts";
export { resumeEffect } from "./resume.ts";
export { rootsEffect } from "./roots.ts";
export { stageEffect } from "./stage.ts";
export { storeEffect } from "./store.ts";
export { sweepEffect } from "./sweep.ts";
export { verifyEffect } from "./verify.ts";
