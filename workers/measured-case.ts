import { analyseCase, type CaseAnalysis } from '../src/evaluate/case-stage.js';
import { measureCase } from '../src/regress/cost.js';
import type { CaseRequest } from '../src/regress/run-case.js';

const request = await new Promise<CaseRequest>((resolve) => {
  process.once('message', (message) => resolve(message as CaseRequest));
});
// Nobody is left to be told.
process.once('disconnect', () => process.exit(1));
const analyse =
  request.analysis === null ? analyseCase : ((await import(request.analysis)) as { default: CaseAnalysis }).default;
const measured = await measureCase(request.task, analyse, new AbortController().signal);
process.send!(measured, () => process.exit(0));
