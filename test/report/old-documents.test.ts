import { describe, expect, it } from 'vitest';
import { RESULT_REPORTERS } from '../../src/report/registry.js';
import { PLAIN } from '../../src/report/reporter.js';
import { resultSchema } from '../../src/report/schema.js';
import type { ResultDocument } from '../../src/result.js';
import { document } from './document.js';

describe('a document of version 1', () => {
  const old = { ...document(), schemaVersion: 1 };

  it('is read, and every reporter takes it', () => {
    const read: ResultDocument = resultSchema.parse(JSON.parse(JSON.stringify(old)));
    for (const reporter of RESULT_REPORTERS) expect(() => reporter.render(read, PLAIN)).not.toThrow();
  });
});
