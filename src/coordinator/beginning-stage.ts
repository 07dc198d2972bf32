/** What a trace teaches of itself (signatures/beginning.ts), in a worker thread: for an analysis without signatures. */
import type { MethodInput } from '../methods/method.js';
import type { SignatureDatabase } from '../signatures/database.js';
import type { Stage } from '../pool/stage.js';

export interface OwnSignatures {
  readonly db: SignatureDatabase;
  /** As `MethodInput` has it: given where the trace's own stacks name functions. */
  readonly nodeOfStack: Int32Array | undefined;
}

/** Its code is loaded where it runs. */
export const beginningStage: Stage<Omit<MethodInput, 'signatures' | 'nodeOfStack'>, OwnSignatures> = {
  name: 'beginning',
  run: async (input) => {
    const { signatures, nodeOfStack } = (await import('../methods/fused/beginning.js')).beginningOf(input);
    return { db: signatures, nodeOfStack: nodeOfStack ?? undefined };
  },
};
