/** A small archive of incidents of the made-up server, on other hosts, with other pids and at other times. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { perfscope } from '../cli/run.js';
import { INCIDENT, PROFILE } from '../cli/small-traces.js';

export const SIGNATURES = 'server.signatures.json';

/** Incident k of the archive, as text of strace. */
export function incident(k: number): string {
  const moved = (_: string, pid: string, seconds: string) => `${Number(pid) + k}  ${Number(seconds) + k * 86400}`;
  return INCIDENT.replace(/^(\d+) {2}(\d+)/gm, moved);
}

/** `count` incidents in folders, each third of them damaged in one way or another, with signatures above. */
export async function archiveOf(root: string, count: number): Promise<void> {
  mkdirSync(root, { recursive: true });
  writeFileSync(path.join(root, 'profile-1.strace-k'), PROFILE);
  await perfscope(['learn', path.join(root, 'profile-1.strace-k'), '-o', path.join(root, SIGNATURES), '-q']);
  for (let k = 0; k < count; k++) {
    const folder = path.join(root, `host=web${k % 3}`, `incident-${k}`);
    mkdirSync(folder, { recursive: true });
    const bytes = gzipSync(incident(k));
    const content = [bytes, bytes, [Buffer.from('no trace\n'), bytes.subarray(0, bytes.length >> 1)][(k >> 1) % 2]!];
    writeFileSync(path.join(folder, 'incident.strace.gz'), content[k % 3]!);
  }
}

/** All files of a results folder by name; without the seconds of the journal. */
export function contentOf(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const text = readFileSync(file, 'utf8');
    files[path.relative(folder, file)] = text.replace(/"seconds":[\d.]+/g, '"seconds":0');
  }
  return files;
}
