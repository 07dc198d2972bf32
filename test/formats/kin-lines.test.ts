import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KinLineReader, numbering, readByPatterns, readKinLines } from '../../src/formats/strace/kin/lines.js';
import { NamesInUse } from '../../src/formats/strace/kin/names.js';
import { beginningOf, shippedTraces } from './fast-readers.js';

/** What was told, in its order; of descriptors, what is made of their names. */
class Told implements KinLineReader {
  readonly calls: unknown[] = [];
  readonly names = new NamesInUse();

  futex(...call: unknown[]): void {
    this.calls.push(['futex', ...call]);
  }

  resumed(...call: unknown[]): void {
    this.calls.push(['resumed', ...call]);
  }

  signal(...call: unknown[]): void {
    this.calls.push(['signal', ...call]);
  }

  made(descriptor: number): void {
    this.calls.push(['made', descriptor]);
    this.names.end(descriptor);
  }

  used(tid: number, descriptor: number, name: number): void {
    this.names.use(tid, descriptor, name);
  }
}

/** By the module and by patterns alone. */
function both(text: string, tid: number): [Told, Told] {
  const [fast, plain] = [new Told(), new Told()];
  readKinLines(Buffer.from(text, 'latin1'), tid, fast);
  readByPatterns(text, tid, plain, numbering());
  return [fast, plain];
}

/** Pieces of lines, most in their places. */
const leader = fc.constantFrom(
  '7 ',
  '12  ',
  '8 ',
  '0 ',
  '[pid  9] ',
  '7<sh> ',
  '',
  '12:',
  '1 2 ',
  '7] ',
  '(',
  '  7 ',
  ' [pid 9] ',
);
const time = fc.constantFrom(
  '12:00:01.5 ',
  '1795.25  ',
  '0.1',
  '',
  '9 ',
  '12:00 (+     0.25) ',
  ':1 ',
  '1x ',
  '12:00 [ 257] ',
  '[00007f1c] ',
);
const call = fc.constantFrom(
  ...['read(', 'read(', 'read(', 'futex(', 'tgkill(', 'tgkilL(', '<... read resumed>', '<... futex resumed>'],
  ...['<... tgkill resumed>', '<... a b resumed>', '<.. futex resumed>', '+++ exited', '2(', '('],
);
/** Calls of futex, most of them as strace prints them. */
const address = fc.constantFrom('0x7f12', '0x7f12', '0x7F12', '0xfedcba9876543210f', '0x', '0', '0x7f12 /* a */', '5<');
const operation = fc.constantFrom(
  ...['FUTEX_WAIT_PRIVATE', 'FUTEX_WAKE_PRIVATE', 'FUTEX_WAIT', 'FUTEX_UNLOCK_PI_PRIVATE', 'FUTEX_LOCK_PI2_PRIVATE'],
  ...['FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME', 'FUTEX_CMP_REQUEUE_PRIVATE', 'FUTEX_PRIVATE_WAKE', 'FUTEX_'],
  ...['FUTEX_TRYLOCK_PI_PRIVATE', 'FUTEX_PRIVATE', 'FUTEX_OP_PRIVATE', '0x81', '129', '0x80', '128', '0', '0x8g'],
  ...['1234567890', '0xffffffff85', '0x95', 'a'],
);
const comma = fc.constantFrom(', ', ', ', ',', ' ', ',  ');
const outcome = fc.constantFrom(
  ...[', 1) = 0', ', 1) = 1 <0.1>', ', 1 <unfinished ...>', ', {) = 5) = -1 EAGAIN (x)', ') = ?', ') = 0x1f', ') = -'],
  ...[' <unfinished', ') = 12345678901', ') = 3<TCP:[1]>', ') = -3<TCP:[1]>'],
);
const sleeper = fc.constantFrom('7 1.5 futex(', '8 futex(', 'futex(');
const futexCall = fc.tuple(sleeper, address, comma, operation, outcome).map((all) => all.join(''));
const futexEnd = fc.tuple(fc.constantFrom('7 <... futex resumed>', '8 1.5 <... futex resumed>'), outcome);
const futexes = fc.oneof(
  futexCall,
  futexEnd.map((all) => all.join('')),
);
const used = fc.constantFrom('5<TCP:[1->2]>', '5<TCP:[2]>', '6<TCP:[2]>', '6<TCP:[3]>', '2000<TCP:[2]>', '5<TCP:[1]');
const inside = fc.constantFrom(
  ...['5<TCP:[1->', '7<pipe:[4', '5</x>', '<', '>', '->', ':[', ', "a"', '0x7f, FUTEX_WAIT', ') = 5<a:[1]>'],
  ...[')  = 6<', ') = 0', ') = 3 <0.1>', ') ', '= 4<', '\r', ' <unfinished ...>', ')'],
);
const parts = fc.array(fc.oneof(used, inside), { maxLength: 5 }).map((all) => all.join(''));
const likely = fc.tuple(leader, time, call, used, parts).map((all) => all.join(''));
const any = fc.array(fc.oneof(leader, time, call, used, inside)).map((all) => all.join(''));
const texts = fc
  .array(fc.oneof({ arbitrary: likely, weight: 4 }, { arbitrary: futexes, weight: 2 }, { arbitrary: any, weight: 1 }), {
    maxLength: 30,
  })
  .chain((lines) => fc.constantFrom('\n', '\r\n').map((feed) => lines.join(feed)));

describe('lines that tell of kin', () => {
  it('tell the same whether patterns or the module find them', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(0, 7), (text, tid) => {
        const [fast, plain] = both(text, tid);
        expect(fast.calls).toEqual(plain.calls);
        expect(fast.names.apart).toEqual(plain.names.apart);
      }),
      { numRuns: 2000 },
    );
  });

  it('tell the same in shipped cases', async () => {
    for (const file of shippedTraces('incident.strace').filter((_, i) => i % 8 === 0)) {
      const [fast, plain] = both(Buffer.from(await beginningOf(file)).toString('latin1'), 0);
      expect(fast.calls).toEqual(plain.calls);
      expect(fast.names.apart).toEqual(plain.names.apart);
    }
  });
});
