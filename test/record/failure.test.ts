import { describe, expect, it } from 'vitest';
import { brokeOff } from '../../src/record/failure.js';

describe('a recording for which there is no more room', () => {
  it.each([
    ['strace', 'strace: out/r.strace: No space left on device'],
    ['ftrace', 'ftrace: zstd: error 70 : Write error : cannot write block : No space left on device '],
    ['ftrace without zstd', 'ftrace: ENOSPC: no space left on device, write'],
    ['perf', 'failed to write perf data, error: No space left on device'],
    ['strace over NFS', 'strace: out/r.strace: Disk quota exceeded'],
  ])('%s', (_, said) => {
    const error = brokeOff(`[ ftrace: recording ]\n${said}\n`, 'out/r');
    expect(error).toMatchObject({ code: 'output', place: { path: 'out/r' } });
    expect(error!.advice).toContain('perfscope analyze out/r');
  });

  it.each(['', 'strace: Process 7 attached', 'cp: error writing out/x: No space left on device'])(
    'is not told from %j: what the program says is its own',
    (said) => expect(brokeOff(said, 'out/r')).toBeNull(),
  );
});
