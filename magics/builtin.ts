import { cancelMagic } from "./commands/cancel.ts";
import { checkMagic } from "./commands/check.ts";
import { explainMagic } from "./commands/explain.ts";
import { gcMagic } from "./commands/gc.ts";
import { keepMagic } from "./commands/keep.ts";
import { lensMagic } from "./commands/lens.ts";
import { logMagic } from "./commands/log.ts";
import { lsmagicMagic } from "./commands/lsmagic.ts";
import { outcomesMagic } from "./commands/outcomes.ts";
import { pauseMagic } from "./commands/pause.ts";
import { realizeMagic } from "./commands/realize.ts";
import { resumeMagic } from "./commands/resume.ts";
import { rootsMagic } from "./commands/roots.ts";
import { shCellMagic, shMagic } from "./commands/sh.ts";
import { stageMagic } from "./commands/stage.ts";
import { storeMagic } from "./commands/store.ts";
import { sweepMagic } from "./commands/sweep.ts";
import { timeCellMagic, timeMagic } from "./commands/time.ts";
import { verifyMagic } from "./commands/verify.ts";
import { MagicRegistry } from "./registry.ts";

/** The magics that come with Lightnix. */
export const builtinMagics: MagicRegistry = new MagicRegistry([
  cancelMagic,
  checkMagic,
  explainMagic,
  gcMagic,
  keepMagic,
  lensMagic,
  logMagic,
  lsmagicMagic,
  outcomesMagic,
  pauseMagic,
  realizeMagic,
  resumeMagic,
  rootsMagic,
  shCellMagic,
  shMagic,
  stageMagic,
  storeMagic,
  sweepMagic,
  timeCellMagic,
  timeMagic,
  verifyMagic,
]);
