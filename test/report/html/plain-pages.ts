/** A summary of a batch and a history of nights whose every text tries to be more than text. */
import type { BatchSummary, IncidentRow } from '../../../src/batch/summary.js';
import type { HistoryEntry } from '../../../src/regress/history.js';
import { NASTY } from './hostile.js';

const SHORT = NASTY.map((text) => text.slice(0, 2000));
const pick = (k: number) => SHORT[k % SHORT.length]!;
const VERDICTS = ['bug', 'external', 'none', 'inconclusive'] as const;

export function batchSummary(incidents: number): BatchSummary {
  const rows = Array.from({ length: incidents }, (_, k): IncidentRow => {
    const failed = k % 7 === 6;
    return {
      id: `incident-${k}-0a1b2c`,
      name: pick(k),
      labels: { host: pick(k + 1) },
      status: failed ? 'failed' : 'ok',
      program: pick(k + 2),
      verdict: failed ? null : VERDICTS[k % 4]!,
      externalResource: k % 4 === 1 ? pick(k) : null,
      startedAt: k % 5 === 4 ? null : new Date(Date.UTC(2026, 9, 1 + (k % 30), k % 24)).toISOString(),
      span: failed ? null : 61.5,
      events: failed ? null : 1000 * k,
      suspects: failed ? [] : [{ rank: 1, function: pick(k + 3), confidence: 0.25 }],
      warnings: k % 11 === 3 ? ['damaged-input', pick(k)] : [],
      error: failed ? { code: 'input-damaged', message: pick(k + 4), attempts: 2 } : null,
    };
  });
  const spread = {
    incidents: rows.slice(0, 3).map((r) => r.id),
    hosts: SHORT,
    first: '2026-10-01T00:00:00.000Z',
    last: null,
  };
  return {
    schemaVersion: 1,
    tool: { name: 'perfscope', version: '0.1.0' },
    status: 'partial',
    total: {
      incidents,
      analysed: incidents,
      failed: 2,
      damaged: 1,
      pending: 5,
      verdicts: { bug: 3, external: 2, none: 1, inconclusive: 0 },
    },
    functions: SHORT.map((name) => ({ function: name, programs: SHORT, bestRank: 1, days: 3, ...spread })),
    alike: SHORT.map((name) => ({ program: name, functions: SHORT, episodes: SHORT, days: 3, ...spread })),
    incidents: rows,
  };
}

export function nights(count: number): HistoryEntry[] {
  return Array.from({ length: count }, (_, k): HistoryEntry => {
    const metrics = {
      top1: k % 9,
      top3: 10,
      top5: 12,
      mrr: 0.5,
      guilty: 17,
      verdictsRight: 6,
      falseAlarms: k % 3,
      failed: 0,
    };
    return {
      schemaVersion: 1,
      at: new Date(Date.UTC(2026, 0, 1 + k, 3)).toISOString(),
      label: pick(k),
      version: '0.1.0',
      status: 'ok',
      passed: k % 4 > 0,
      crossed: k % 4 > 0 ? [] : [pick(k + 1)],
      methods: { fused: metrics, [pick(0)]: metrics },
      time: { learn: 10 + (k % 5), [pick(1)]: 4 },
      memory: 100 + k,
      calibration: null,
      ranks: {},
    };
  });
}
