/** Stacks of one window against those of another, as a profile whose parts are the two windows. Pure. */
import type { StackProfile, StackWeights, WeighedStack } from './stack-profile.js';

/** `before` lasts from `from` to `onset`, `after` from there to `to`, as long as the windows did; no moments of either. */
export function comparedStacks(before: StackProfile, after: StackProfile): StackProfile {
  const stacks = new Map<string, WeighedStack>();
  const add = (profile: StackProfile, part: 'before' | 'after') => {
    for (const s of profile.stacks) {
      const key = JSON.stringify([s.stack, s.call]);
      const known = stacks.get(key) ?? { ...s, before: NOTHING, after: NOTHING, certainty: 0 };
      const whole = plus(s.before, s.after);
      const [had, has] = [known.before.calls + known.after.calls, whole.calls];
      const certainty = had + has > 0 ? (known.certainty * had + s.certainty * has) / (had + has) : s.certainty;
      stacks.set(key, { ...known, [part]: plus(known[part], whole), certainty });
    }
  };
  add(before, 'before');
  add(after, 'after');
  const time = ({ before: b, after: a }: WeighedStack) => b.callTime + b.gapTime + a.callTime + a.gapTime;
  const sources = [before.source, after.source];
  const source = sources.includes('none') ? 'none' : sources.includes('decoded') ? 'decoded' : 'recorded';
  const [onset, to] = [before.to - before.from, before.to - before.from + after.to - after.from];
  return { source, from: 0, onset, to, stacks: [...stacks.values()].sort((a, b) => time(b) - time(a)) };
}

const NOTHING: StackWeights = { calls: 0, callTime: 0, gapTime: 0 };

function plus(a: StackWeights, b: StackWeights): StackWeights {
  return { calls: a.calls + b.calls, callTime: a.callTime + b.callTime, gapTime: a.gapTime + b.gapTime };
}
