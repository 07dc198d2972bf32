/**
 * speedscope's own format (https://www.speedscope.app/file-format-schema.json): a profile for each part of the window and each weight.
 * Weights are as long as the parts are: the profiles of one weight compare side by side, by shares.
 */
import type { ResultDocument } from '../../result.js';
import { type Weight, framesOf } from '../../stacks/stack-profile.js';
import type { Reporter } from '../reporter.js';

const WEIGHTS: readonly { readonly weight: Weight; readonly what: string; readonly unit: string }[] = [
  { weight: 'callTime', what: 'time in calls', unit: 'seconds' },
  { weight: 'calls', what: 'calls', unit: 'none' },
  { weight: 'gapTime', what: 'time between calls', unit: 'seconds' },
];
const PARTS = ['after', 'before'] as const;

/** The profile shown first: after the onset, by time in calls. */
const SHOWN_FIRST = 0;

export const speedscopeReporter: Reporter<ResultDocument> = {
  id: 'speedscope',
  what: 'stacks before and after the onset, for speedscope.app',
  extension: 'speedscope.json',
  needs: ['stacks'],
  render: ({ stacks: profile, tool, trace }) => {
    const frames = new Map<string, number>();
    const numberOf = (name: string) => {
      if (!frames.has(name)) frames.set(name, frames.size);
      return frames.get(name)!;
    };
    const stacks = (profile?.stacks ?? []).map((s) => ({ ...s, frames: framesOf(s).map(numberOf) }));
    const how = profile === undefined || profile.source === 'none' ? '' : `, stacks ${profile.source}`;
    const profiles = WEIGHTS.flatMap(({ weight, what, unit }) =>
      PARTS.map((part) => {
        const there = stacks.filter((s) => s[part][weight] > 0);
        const weights = there.map((s) => s[part][weight]);
        return {
          type: 'sampled',
          name: `${what}, ${part} the onset${how}`,
          unit,
          startValue: 0,
          endValue: weights.reduce((sum, w) => sum + w, 0),
          samples: there.map((s) => s.frames),
          weights,
        };
      }),
    );
    const document = {
      $schema: 'https://www.speedscope.app/file-format-schema.json',
      exporter: `${tool.name} ${tool.version}`,
      name: trace.path,
      activeProfileIndex: SHOWN_FIRST,
      shared: { frames: [...frames.keys()].map((name) => ({ name })) },
      profiles,
    };
    return `${JSON.stringify(document)}\n`;
  },
};
