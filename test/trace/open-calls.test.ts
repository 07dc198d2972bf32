import { expect, it } from 'vitest';
import { GrowableColumns } from '../../src/trace/growable-columns.js';
import { OpenCalls } from '../../src/trace/open-calls.js';
import { NO_DESCRIPTOR } from '../../src/trace/table.js';

it('writes the stack of a return where no row has had one', () => {
  const rows = new GrowableColumns();
  rows.reserve(1);
  rows.length = 1;
  const open = new OpenCalls();
  open.open(0, { row: 0, name: 'read', start: 0, kind: 0, variant: 0, hasStack: false });
  const exit = {
    thread: 0,
    position: 0,
    endNs: 5,
    call: 'read',
    result: 0,
    errno: 0,
    kind: 0,
    variant: 0,
    flags: 0,
    descriptor: NO_DESCRIPTOR,
    durationNs: NaN,
    stack: 0,
  };
  open.close(0, exit, 5, 3);
  open.write(rows);
  expect(rows.finish().stack?.[0]).toBe(3);
});
