import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { v8Flags } from '../../src/pool/v8-flags.js';

const NODE_20 = '11.3.244.8-node.36';
const NODE_22 = '12.4.254.21-node.33';

it.each([undefined, 64])('gives flags that this V8 knows (start heap: %s)', (startHeapMb) => {
  const flags = v8Flags(startHeapMb, process.versions.v8);
  expect(flags.includes('--initial-heap-size=64')).toBe(startHeapMb === 64);
  expect(execFileSync(process.execPath, [...flags, '-p', '1'], { encoding: 'utf8' })).toBe('1\n');
});

it('has V8 of Node 20 optimize later, the latest where tasks are short, and no other', () => {
  const budget = (startHeapMb: number | undefined, version: string) =>
    v8Flags(startHeapMb, version).flatMap((flag) => /^--interrupt-budget=(.*)/.exec(flag)?.slice(1).map(Number) ?? []);
  const [[long], [short]] = [budget(undefined, NODE_20), budget(64, NODE_20)];
  expect(long).toBeGreaterThan(67_584);
  expect(short).toBeGreaterThan(long!);
  expect([budget(undefined, NODE_22), budget(64, NODE_22)]).toEqual([[], []]);
});
