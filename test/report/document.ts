/** A small hand-made result document, and a shorthand to change parts of it. */
import type { Evidence, ResultDocument, Suspect } from '../../src/result.js';

export function evidence(part: Partial<Evidence> = {}): Evidence {
  return {
    detector: 'novelty',
    weight: 1,
    units: 3,
    threads: [4711],
    span: { from: 12, to: 20 },
    episode: ['recvfrom:udp', 'sendto:udp'],
    count: 8192,
    expected: 0,
    message: { code: 'made-up-code', args: { thread: 4711, count: 8192 } },
    ...part,
  };
}

export function suspect(name: string, part: Partial<Suspect> = {}): Suspect {
  return {
    rank: 1,
    function: name,
    object: 'haproxy',
    score: 1,
    confidence: 0.9,
    tiedWith: [],
    callPath: ['dns_resolve_recv', 'main'],
    inferred: false,
    evidence: [evidence()],
    ...part,
  };
}

export function document(part: Partial<ResultDocument> = {}): ResultDocument {
  return {
    schemaVersion: 2,
    tool: { name: 'perfscope', version: '0.1.0' },
    method: 'fused',
    parameters: { unitGap: 0.05 },
    trace: {
      path: 'incident.strace.gz',
      format: 'strace',
      formatReason: 'by its lines',
      clock: 'epoch',
      startedAt: Date.UTC(2026, 10, 23, 12, 3, 29) / 1000,
      span: 72.3,
      bytes: 11324960,
      lines: 88075,
      events: 80000,
      threads: 5,
      processes: 1,
      unfinished: 3,
      skippedLines: 0,
      truncated: false,
    },
    signatures: { path: 'haproxy.signatures.json', program: 'haproxy', functions: 212, functionsInBinary: 1138 },
    status: 'ok',
    warnings: [],
    verdict: 'bug',
    externalResource: null,
    reasons: [],
    units: { total: 900, abnormal: 7 },
    clusters: [{ id: 0, units: 900, abnormal: 7, calls: ['recvfrom', 'sendto'], small: false }],
    window: { from: 0, to: 72.3 },
    suspects: [
      suspect('snr_resolution_cb'),
      suspect('a_rather_long_function_name_that_must_be_cut_somewhere_in_the_middle', {
        rank: 3,
        score: 0.5,
        confidence: 0.4,
        tiedWith: ['dns_send_query'],
      }),
      suspect('dns_send_query', {
        rank: 3,
        score: 0.5,
        confidence: 0.4,
        tiedWith: ['a_rather_long_function_name_that_must_be_cut_somewhere_in_the_middle'],
      }),
    ],
    timing: { read: 0.2, method: 0.3 },
    peakMemoryBytes: 1e8,
    ...part,
  };
}
