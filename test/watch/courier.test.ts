import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Courier, type CourierOptions } from '../../src/watch/deliveries/courier.js';
import { type Delivery, DeliveryError } from '../../src/watch/deliveries/delivery.js';
import { log, message } from './helpers/parts.js';

function courier(deliveries: readonly Delivery[], part: Partial<CourierOptions> = {}) {
  const ends: string[] = [];
  const said = log();
  const stop = new AbortController();
  const options: CourierOptions = {
    tries: 3,
    limit: 10_000,
    waiting: 3,
    pause: () => 1,
    say: said.say,
    onEnd: (id, delivery, end) => Promise.resolve(void ends.push(`${id} ${delivery} ${end}`)),
    ...part,
  };
  return { courier: new Courier(deliveries, options, stop.signal), ends, said, stop };
}

/** A delivery that notes what it got, after failing `failures` times. */
function delivery(name: string, failures = 0, error: () => Error = () => new Error('down')) {
  const got: string[] = [];
  let left = failures;
  const send = async ({ id }: { id: string }) => {
    if (left-- > 0) throw error();
    got.push(id);
  };
  return { name, send, got };
}
const ids = (n: number) => Array.from({ length: n }, (_, i) => `20261129T160317Z-0${i}`);

describe('deliveries', () => {
  it('get each message once, in order; one that fails is tried again', async () => {
    const [a, b] = [delivery('a', 2), delivery('b')];
    const { courier: c, ends } = courier([a, b]);
    for (const id of ids(3)) c.send(message({ id }), ['a', 'b']);
    await c.settled();
    expect([a.got, b.got]).toEqual([ids(3), ids(3)]);
    expect(ends.filter((e) => e.endsWith('done'))).toHaveLength(6);
    expect(c.waiting).toBe(0);
  });

  it('one that hangs holds up no other, and is given up', async () => {
    const hanging: Delivery = { name: 'a', send: () => new Promise(() => undefined) };
    const b = delivery('b');
    const { courier: c, ends } = courier([hanging, b], { limit: 200, tries: 2 });
    for (const id of ids(2)) c.send(message({ id }), ['a', 'b']);
    while (b.got.length < 2) await new Promise((r) => setTimeout(r, 1));
    expect(ends.filter((e) => e.includes(' a '))).toEqual([]);
    await c.settled();
    expect(ends.filter((e) => e.includes(' a '))).toEqual(ids(2).map((id) => `${id} a given-up`));
  });

  it.each([
    [0, 1000],
    [30_000, 30_000],
    [86_400_000, 300_000],
  ])('one that asks for %d ms is tried again after %d', async (asked, wait) => {
    const a = delivery('a', 1, () => new DeliveryError('it answered with 429', true, asked));
    const slept: number[] = [];
    const sleep = (ms: number) => Promise.resolve(slept.push(ms));
    const { courier: c } = courier([a], { pause: () => 1000, sleep });
    c.send(message({ id: ids(1)[0]! }), ['a']);
    await c.settled();
    expect([a.got, slept]).toEqual([ids(1), [wait]]);
  });

  it.each([
    ['what fails for good is not tried again', () => new DeliveryError('it answered with 404', false), 1],
    ['what may pass is, so many times', () => new DeliveryError('it answered with 503', true), 3],
  ])('%s', async (_, error, tries) => {
    let tried = 0;
    const failing: Delivery = { name: 'a', send: () => (tried++, Promise.reject(error())) };
    const { courier: c, ends, said } = courier([failing]);
    c.send(message(), ['a']);
    await c.settled();
    expect(tried).toBe(tries);
    expect(ends).toEqual([`${message().id} a given-up`]);
    expect(said.lines.at(-1)).toMatchObject({ level: 'warn', code: 'watch-given-up' });
  });

  it('what was delivered holds on to nothing that goes on', async () => {
    const signals: AbortSignal[] = [];
    const a: Delivery = { name: 'a', send: (_, signal) => Promise.resolve(void signals.push(signal)) };
    const { courier: c, stop } = courier([a]);
    c.send(message(), ['a']);
    await c.settled();
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    stop.abort();
    expect(signals.map((s) => s.aborted)).toEqual([false]);
  });

  it('queues are bounded: the oldest that waits is given up', async () => {
    let open!: () => void;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const a = delivery('a');
    const slow: Delivery = { name: 'a', send: (m) => opened.then(() => a.send(m)) };
    const { courier: c, ends } = courier([slow]);
    for (const id of ids(5)) c.send(message({ id }), ['a']);
    open();
    await c.settled();
    expect(a.got).toEqual([0, 3, 4].map((i) => ids(5)[i]));
    expect(ends.filter((e) => e.endsWith('given-up'))).toHaveLength(2);
  });

  it('leave what is not delivered when told to end; only those named are used', async () => {
    const [a, b] = [delivery('a', 99), delivery('b')];
    const { courier: c, ends, stop } = courier([a, b], { tries: 99 });
    c.send(message(), ['a', 'gone']);
    await new Promise((r) => setTimeout(r, 5));
    stop.abort();
    await c.settled();
    c.send(message(), ['b']);
    expect([ends, b.got]).toEqual([[], []]);
    expect([...c.busy]).toEqual([message().id]);
  });
});
