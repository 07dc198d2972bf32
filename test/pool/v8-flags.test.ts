import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { v8Flags } from '../../src/pool/v8-flags.js';

it('leaves V8 as it is where no start heap is asked for', () => {
  expect(v8Flags(undefined, process.versions.v8)).toEqual([]);
});

it('gives flags that this V8 knows', () => {
  const flags = v8Flags(64, process.versions.v8);
  expect(flags).toContain('--initial-heap-size=64');
  expect(execFileSync(process.execPath, [...flags, '-p', '1'], { encoding: 'utf8' })).toBe('1\n');
});

it('has V8 of Node 20 optimize later, and no other', () => {
  const later = (version: string) => v8Flags(64, version).filter((flag) => flag.startsWith('--interrupt-budget='));
  expect(later('11.3.244.8-node.36')).toHaveLength(1);
  expect(later('12.4.254.21-node.33')).toEqual([]);
});
