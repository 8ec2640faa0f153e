import { cancelMagic } from "./commands/cancel.ts";
import { cdMagic, pwdMagic } from "./commands/cd.ts";
import { checkMagic } from "./commands/check.ts";
import { compareMagic } from "./commands/compare.ts";
import { envMagic } from "./commands/env.ts";
import { explainMagic } from "./commands/explain.ts";
import { gcMagic } from "./commands/gc.ts";
import { graphMagic } from "./commands/graph.ts";
import { historyMagic } from "./commands/history.ts";
import { keepMagic } from "./commands/keep.ts";
import { lensMagic } from "./commands/lens.ts";
import { logMagic } from "./commands/log.ts";
import { lsmagicMagic } from "./commands/lsmagic.ts";
import { moduleMagic } from "./commands/module.ts";
import { npmMagic } from "./commands/npm.ts";
import { outcomesMagic } from "./commands/outcomes.ts";
import { packMagic } from "./commands/pack.ts";
import { pauseMagic } from "./commands/pause.ts";
import { pullMagic } from "./commands/pull.ts";
import { pushMagic } from "./commands/push.ts";
import { realizeMagic } from "./commands/realize.ts";
import { resetMagic } from "./commands/reset.ts";
import { resumeMagic } from "./commands/resume.ts";
import { rootsMagic } from "./commands/roots.ts";
import { shCellMagic, shMagic } from "./commands/sh.ts";
import { htmlMagic, javascriptMagic, latexMagic, markdownMagic, svgMagic } from "./commands/shown.ts";
import { stageMagic } from "./commands/stage.ts";
import { storeMagic } from "./commands/store.ts";
import { sweepMagic } from "./commands/sweep.ts";
import { timeCellMagic, timeMagic } from "./commands/time.ts";
import { timeitCellMagic, timeitMagic } from "./commands/timeit.ts";
import { unpackMagic } from "./commands/unpack.ts";
import { verifyMagic } from "./commands/verify.ts";
import { whoMagic, whosMagic } from "./commands/who.ts";
import { writefileMagic } from "./commands/writefile.ts";
import { MagicRegistry } from "./registry.ts";

/** The magics that come with Lightnix. */
export const builtinMagics: MagicRegistry = new MagicRegistry([
  cancelMagic,
  cdMagic,
  checkMagic,
  compareMagic,
  envMagic,
  explainMagic,
  gcMagic,
  graphMagic,
  historyMagic,
  htmlMagic,
  javascriptMagic,
  keepMagic,
  latexMagic,
  lensMagic,
  logMagic,
  lsmagicMagic,
  moduleMagic,
  npmMagic,
  markdownMagic,
  outcomesMagic,
  packMagic,
  pauseMagic,
  pullMagic,
  pushMagic,
  pwdMagic,
  realizeMagic,
  resetMagic,
  resumeMagic,
  rootsMagic,
  shCellMagic,
  shMagic,
  stageMagic,
  storeMagic,
  svgMagic,
  sweepMagic,
  timeCellMagic,
  timeMagic,
  timeitCellMagic,
  timeitMagic,
  unpackMagic,
  verifyMagic,
  whoMagic,
  whosMagic,
  writefileMagic,
]);
