import { describe, expect, it } from 'vitest';
import { missingHalves } from '../../src/reading/missing-halves.js';
import { parseText } from '../formats/strace-text.js';

const WHOLE = `
11 12:00:00.000001 <... futex resumed>) = 0
12 12:00:00.000002 read(3, <unfinished ...>
11 12:00:00.000003 futex(0x7f01, FUTEX_WAKE_PRIVATE, 1) = 1
12 12:00:00.000004 <... read resumed>"a", 1) = 1
11 12:00:00.000005 futex(0x7f01, FUTEX_WAIT_PRIVATE, 0, NULL <unfinished ...>
12 12:00:00.000006 close(3) = 0
11 12:00:00.000007 <... futex resumed>) = 0
12 12:00:00.000008 exit_group(0 <unfinished ...>
11 12:00:00.000009 read(4, <unfinished ...>
12 12:00:00.000010 <... exit_group resumed>) = ?
11 12:00:00.000011 <... read resumed>) = ?
`;
const halves = (lines: readonly string[]) => missingHalves(parseText(lines.join('\n')));

describe('lines that are missing', () => {
  const lines = WHOLE.trimStart().split('\n');

  it('are none where calls were under way at the beginning and at the end', () =>
    expect(halves(lines)).toEqual({ returns: 0, beginnings: 0 }));

  it('are told where one of two halves is gone within the text', () => {
    const without = (text: string) => halves(lines.filter((line) => !line.includes(text)));
    expect(without('read(3')).toEqual({ returns: 0, beginnings: 0 });
    expect(without('read resumed>"a"')).toEqual({ returns: 1, beginnings: 0 });
    expect(without('FUTEX_WAIT')).toEqual({ returns: 0, beginnings: 1 });
    expect(without('futex resumed')).toEqual({ returns: 1, beginnings: 0 });
  });

  it('are told where the column of threads is', () =>
    expect(halves(lines.map((line) => line.replace(/^\d+ /, ''))).returns).toBeGreaterThan(0));
});
