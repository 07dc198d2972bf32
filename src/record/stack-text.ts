/** A recording with stacks, as text that names their functions. */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { PerfscopeError } from '../errors.js';
import type { Backend } from './backends.js';

/** Copies of stacks (--call-graph dwarf) are unwound by perf alone, which has the rules of every machine for it. */
const SCRIPT = ['script', '--ns', '-F', 'comm,pid,tid,cpu,time,event,trace,ip,sym,dso', '--show-mmap-events', '-i'];

/** @returns the file with the text: `path` itself where it is text already */
export async function stackText(backend: Backend, path: string): Promise<string> {
  if (backend === 'strace') return path;
  const text = `${path}.txt`;
  const child = spawn('perf', [...SCRIPT, path], { stdio: ['ignore', 'pipe', 'ignore'] });
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  await pipeline(child.stdout, createWriteStream(text));
  const code = await closed;
  if (code !== 0) throw new PerfscopeError('record', `perf script ended with ${code ?? 'a signal'}`, { path });
  return text;
}
