/** Evidence in words: what was looked at, what was seen, and what was to be expected. */
import type { Evidence } from '../result.js';
import { sentence } from './messages.js';
import { type Clock, duration, plural } from './text.js';

/** What each detector looks at, in a few words. */
const DETECTORS: Readonly<Record<string, string>> = {
  rate: 'how often',
  unlike: 'never so in learning',
  loop: 'one call repeated',
  sluggish: 'slower than in learning',
  busy: 'computing between calls',
  blocked: 'waiting in calls',
  leak: 'descriptors left open',
  unit: 'odd units of work',
  outlier: 'odd units of work',
  'more-calls': 'more calls than before',
  'fewer-calls': 'fewer calls than before',
  'time-inside': 'time inside a call',
  'slow-steps': 'slower between known calls',
  'missing-steps': 'not done next as before',
  'step-time': 'time between known calls',
};

export interface EvidenceText {
  readonly kind: string;
  readonly sentence: string;
  /** What was seen, beside what was learned. */
  readonly seen: string;
  readonly learned: string;
}

export function evidenceText({ message, detector, count, expected }: Evidence, clock: Clock): EvidenceText {
  const { seconds, usual } = message.args;
  const times = (n: number) => (n === 0 ? 'never' : `${plural(n, 'time')}`);
  const [seen, learned] =
    typeof seconds === 'number' && typeof usual === 'number'
      ? [`${duration(seconds)} in all, ${times(count)}`, duration(usual)]
      : [times(count), times(expected)];
  return {
    kind: Object.hasOwn(DETECTORS, detector) ? DETECTORS[detector]! : detector,
    sentence: sentence(message, clock),
    seen,
    learned,
  };
}
