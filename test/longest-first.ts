/**
 * The order of the test files: those that run built programs first, the longest of them in front, so that none of them is left
 * alone at the end while the other processors have nothing to do. Unit tests follow in one go: they share a process.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** By the processor time that they take; what is not here is shorter. */
const LONGEST = [
  'cases',
  'batch',
  'page',
  'cli',
  'queue',
  'hostile-queue',
  'hostile-archive',
  'damaged-folder',
  'regress',
  'bounds',
  'full-stdout',
  'distribution-loop',
  'bad-input',
  'trusted-queue',
  'evaluate',
  'languages',
  'alert',
];

function place({ project, moduleId }: TestSpecification): number {
  if (project.name !== 'built') return LONGEST.length + 1;
  const at = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.built.test.ts`));
  return at < 0 ? LONGEST.length : at;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => place(a) - place(b));
  }
}
