/** A result whose every text tries to be more than text. */
import type { ResultDocument } from '../../../src/result.js';
import type { StackProfile } from '../../../src/stacks/stack-profile.js';
import type { Excerpt, Timeline } from '../../../src/timeline/timeline.js';
import { document, evidence, suspect } from '../document.js';

export const NASTY = [
  '</script><script>document.title="owned"</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg/onload=alert(1)>',
  "'; alert(1); //",
  '<!--<script>',
  '\u202egnp.exe\u202c \u2066x\u2069 \u200f',
  'tab\tnewline\nnull\u0000escape\u001b[31m\u2028\u2029',
  '\ud800 alone',
  '${alert(1)} {{7*7}} &lt;b&gt; &#x3c;',
  'javascript:alert(1)',
  '__proto__',
  '',
  '漢字かな交じり文 العربية',
  'x'.repeat(1 << 20),
  '<b>'.repeat(1 << 18),
];
const pick = (k: number) => NASTY[k % NASTY.length]!;

const CELLS = 240;
const cells = (of: (c: number) => number) => Array.from({ length: CELLS }, (_, c) => of(c));

function excerpt(tid: number, at: number, k: number): Excerpt {
  const steps = Array.from({ length: 16 }, (_, i) => {
    return { call: pick(k + i), count: i + 1, at: at + i, seconds: i === 3 ? null : i / 1e4, unfinished: i === 15 };
  });
  return { tid, at, steps, more: 5 };
}

function timeline(): Timeline {
  return {
    from: 0,
    to: 72.3,
    cells: CELLS,
    splitAt: 40,
    groups: [pick(0), pick(13), 'network'].map((group) => {
      return { group, calls: cells((c) => c * 1e6), seconds: cells((c) => c / 1e3) };
    }),
    between: cells((c) => c / 1e3),
    units: cells(() => 100),
    abnormalUnits: cells((c) => (c > 100 ? 3 : 0)),
    threads: Array.from({ length: 64 }, (_, k) => {
      const strip = { tid: 4711 + k, pid: 4711, name: pick(k), from: 0, to: 72.3 };
      return {
        ...strip,
        calls: cells((c) => (c * k) % 1e6),
        inCalls: cells((c) => (c * k) % 101),
        stuckIn: pick(k + 1),
      };
    }),
    others: { threads: 1e6, calls: cells(() => 1e9) },
    calls: Array.from({ length: 60 }, (_, k) => {
      return { call: pick(k), before: { calls: k, seconds: k }, after: { calls: 2 * k, seconds: null }, unfinished: k };
    }),
    moreCalls: 1e5,
    clusters: Array.from({ length: 24 }, (_, k) => {
      const examples = [
        { ...excerpt(4711, k, k), abnormal: true },
        { ...excerpt(4711, k, k + 1), abnormal: false },
      ];
      const seconds = { normalSeconds: 0.1, abnormalSeconds: null };
      const calls = Array.from({ length: 16 }, (_, i) => pick(i + k));
      return {
        id: k,
        units: 10,
        abnormal: 5,
        calls,
        small: false,
        odd: { frequency: 3, time: 2 },
        ...seconds,
        examples,
      };
    }),
    moreClusters: 7,
    excerpts: Array.from({ length: 80 }, (_, k) => excerpt(4711, 12 + k, k)),
  };
}

/** Stacks of many functions, each deeper and longer than any that a page could show. */
function stacks(): StackProfile {
  const weights = (k: number) => ({ calls: k + 1, callTime: k / 1e3, gapTime: 1 / (k + 1) });
  const names = Array.from({ length: 97 }, (_, k) => `${pick(k)}#${k}`);
  const of = (k: number) => Array.from({ length: 3 + (k % 90) }, (_, i) => names[(k * i) % 97]!);
  const all = Array.from({ length: 120 }, (_, k) => {
    return { stack: of(k), call: pick(k), before: weights(k), after: weights(120 - k), certainty: (k % 11) / 10 };
  });
  return { source: 'decoded', from: 0, onset: 40, to: 72.3, stacks: all };
}

/** Sixty suspects, each tied with all others. */
export function hostileDocument(): ResultDocument {
  const names = Array.from({ length: 60 }, (_, k) => `${pick(k)}#${k}`);
  const args = { thread: 4711, calls: pick(0), from: 12, path: pick(13), reason: pick(14) };
  return document({
    trace: { ...document().trace, path: pick(0), formatReason: pick(14) },
    signatures: { path: pick(1), program: pick(13), functions: 1, functionsInBinary: null },
    warnings: Array.from({ length: 200 }, (_, k) => ({ code: pick(k), args: { ...args, x: pick(k + 1) } })),
    reasons: [{ code: pick(0), args }],
    onset: 40,
    timeline: timeline(),
    stacks: stacks(),
    suspects: names.map((name, k) =>
      suspect(name, {
        object: pick(k + 1),
        tiedWith: names,
        callPath: names,
        confidence: 1 / (k + 1),
        evidence: Array.from({ length: 4 }, (_, i) => {
          const span = { from: 12 + ((4 * k + i) % 80), to: 99 };
          return evidence({ episode: NASTY.slice(0, 8), span, message: { code: pick(i), args }, detector: pick(i) });
        }),
      }),
    ),
  });
}
