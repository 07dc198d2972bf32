import { describe, expect, it } from 'vitest';
import { coursesOf } from '../../../src/methods/fused/scene/courses.js';
import type { Cells, Scene } from '../../../src/methods/fused/scene/scene.js';
import { traceFromText } from '../../helpers/trace.js';

/**
 * Courses of calls, one a line: thread, call, on which connection (`-`: none), node (0: nobody's), outcome. Calls begin a second apart
 * and take half of one; a call's name is its row: `previous` and `open` speak of these.
 */
function courses(text: string, tasks: boolean) {
  const rows = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/) as [string, string, string, string, string?]);
  const trace = traceFromText(
    rows
      .map(([thread, call, on, , outcome], i) => {
        const [kind, result] = [on === '-' ? 'none' : on === 'file' ? 'file' : 'tcp', outcome ?? '10'];
        return `1/${thread} ${i} ${call}:${kind}=${result} +${outcome === 'never' ? '?' : '0.5'}`;
      })
      .join('\n')
      .replaceAll('=never', '=0'),
  );
  rows.forEach(([, , on], i) => (trace.columns.descriptor[i] = /^\d+$/.test(on) ? Number(on) : -1));
  const nodes = Int32Array.from(rows, ([, , , node]) => Number(node));
  const scene = { trace, endRow: rows.length, decoder: { model: tasks ? { tasks } : {} } } as unknown as Scene;
  const cells = { ofRow: Int32Array.from(rows.keys()) } as unknown as Cells;
  const { previous, open } = coursesOf(scene, cells, nodes);
  return { previous: previous === null ? null : [...previous], open: [...open] };
}

const SLEEPING = `
  1 read   7 0
  1 openat - 5
  1 futex  - 0
  2 read   8 0
  1 read   9 0
  2 unlink - 6
  2 write  7 3
`;

describe('courses', () => {
  it('are threads, where threads keep to their work', () => {
    expect(courses(SLEEPING, false)).toEqual({ previous: null, open: [4, 6] });
  });

  it('end with a call that never returned', () => {
    expect(courses('1 read 7 2\n2 read 8 2\n2 futex - 3 never', false).open).toEqual([0]);
    expect(courses('1 read 7 2\n2 read 8 2\n2 futex - 3 never', true).open).toEqual([0]);
  });

  it('go on with their connection, where tasks move: a thread that was at the scheduler is at another task', () => {
    const { previous } = courses('1 read 7 0\n1 openat - 5\n1 futex - 0\n2 futex - 0\n2 write 7 3\n1 unlink - 6', true);
    expect(previous).toEqual([-1, 0, -1, -1, 1, -1]);
  });

  it('change where a thread reads a connection that it was not at, and not where it writes to one', () => {
    expect(courses('1 read 7 4\n1 openat - 5\n1 read 8 4', true).previous).toEqual([-1, 0, -1]);
    expect(courses('1 read 7 4\n1 openat - 5\n1 write 8 4', true).previous).toEqual([-1, 0, 1]);
    // To ask a peer and to read its answer is one task.
    expect(courses('1 read 7 4\n1 write 8 4\n1 read 8 4', true).previous).toEqual([-1, 0, 1]);
  });

  it('do not wait where there is something to answer, though the library reads ahead', () => {
    expect(courses('1 read 7 0\n1 openat - 5\n2 read 7 0 EAGAIN', true).open).toEqual([1]);
    expect(courses('1 read 7 0\n1 openat - 5\n1 write 7 3\n2 read 7 0 EAGAIN', true).open).toEqual([]);
  });

  it('wait where the program itself found nothing to read, and what comes then is no step', () => {
    const { previous, open } = courses('1 read 7 4\n1 read 7 4 EAGAIN\n1 openat - 5\n2 read 7 4', true);
    expect(previous).toEqual([-1, 0, -1, -1]);
    expect(open).toEqual([2, 3]);
  });

  it('are open as long as an answer is owed', () => {
    expect(courses('1 read 7 4\n1 openat - 5', true).open).toEqual([1]);
    expect(courses('1 read 7 4\n1 openat - 5\n1 write 7 4', true).open).toEqual([]);
    expect(courses('1 read 7 4\n1 close 7 4', true).open).toEqual([]);
  });

  it('forget a connection that was closed: its number is another one then', () => {
    expect(courses('1 read 7 4\n1 close 7 4\n2 read 7 4', true).previous).toEqual([-1, 0, -1]);
  });

  it('take what works on no connection as its thread has it', () => {
    expect(courses('1 read file 5\n1 write file 6\n2 read file 5', true).previous).toEqual([-1, 0, -1]);
    expect(courses('1 read file 5\n1 write file 6\n2 read file 5', true).open).toEqual([1, 2]);
  });
});
