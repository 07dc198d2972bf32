import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { coverageReport } from '../../src/signatures/coverage.js';
import { learnSignatures } from '../../src/signatures/learn.js';
import { traceFromText } from '../helpers/trace.js';

const DB = learnSignatures(
  [
    traceFromText(`
      1 0.1 open  main>serve>load
      1 0.2 read  main>serve>load
      1 0.3 write main>serve>send>flush
      1 0.4 open  main>cron>save
      1 0.5 read  main>cron>save
    `),
  ],
  { parameters: DEFAULT_PARAMETERS },
);

describe('coverageReport', () => {
  it('tells apart in context what stands in other places, if it was seen often enough', () => {
    const text = (from: number) =>
      Array.from({ length: 3 }, (_, i) => {
        const at = (k: number) => (from + i + k / 10).toFixed(1);
        return `1 ${at(1)} accept4:tcp main>serve
          1 ${at(2)} read:tcp main>serve>request
          1 ${at(3)} openat:file main>cron
          1 ${at(4)} read:file main>cron>settings>parse`;
      }).join('\n');
    const parameters = DEFAULT_PARAMETERS;
    const often = coverageReport(learnSignatures([traceFromText(text(0)), traceFromText(text(0))], { parameters }));
    expect(often.groups.map((g) => g.functions)).toEqual([['parse', 'request', 'settings']]);
    expect(often.inContext).toEqual({
      dissolved: 0,
      groups: [['parse', 'settings']],
      indistinguishable: 2,
      alwaysTogether: 2,
    });
    const once = coverageReport(
      learnSignatures([traceFromText(text(0).split('\n').slice(0, 4).join('\n'))], { parameters }),
    );
    expect(once.inContext.groups).toEqual([['main', 'parse', 'request', 'settings']]);
  });

  it('groups the functions that plain episodes cannot tell apart', () => {
    const report = coverageReport(DB);
    expect(report.groups).toEqual([
      { functions: ['cron', 'load', 'main', 'save'], episodes: [['open', 'read']] },
      { functions: ['flush', 'send'], episodes: [['write']] },
    ]);
    expect(report).toMatchObject({
      program: 'app',
      functions: 7,
      innermost: 3,
      events: 5,
      indistinguishable: 6,
      binary: null,
    });
  });

  it('compares with the symbols of the binary', () => {
    const report = coverageReport(DB, {
      functions: ['main', 'serve.isra.0', 'serve', 'load', 'send', 'cron', 'save', 'never', 'ever'],
    });
    expect(report.binary).toEqual({
      functions: 8,
      seen: 6,
      share: 0.75,
      unseen: ['ever', 'never'],
      foreign: ['flush'],
    });
  });
});
