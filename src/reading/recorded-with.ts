/** What `perfscope record` wrote beside strace's text (FILE.meta.json, src/record/about.ts): where and how it was recorded, and of which builds. */
import { open } from 'node:fs/promises';
import type { About } from '../record/about.js';
import type { Message } from '../result.js';
import { visible } from '../lib/visible.js';

export interface RecordedWith {
  /** '' where nothing tells. */
  readonly origin: string;
  /** Program -> build id. */
  readonly builds: ReadonlyMap<string, string>;
  /** When the recording ended, seconds since 1970; null where nothing tells. */
  readonly until: number | null;
  readonly warnings: readonly Message[];
}

const NOTHING: RecordedWith = { origin: '', builds: new Map(), until: null, warnings: [] };
/** One of ours has a few hundred bytes a process. */
const MOST_BYTES = 2 ** 20;
const PACKED = /\.(?:gz|zst|xz)$/;

/** Of a trace that is a file; nothing where there is no such file beside it, or it is somebody else's. */
export async function recordedWith(path: string): Promise<RecordedWith> {
  const file = `${path.replace(PACKED, '')}.meta.json`;
  const text = await textOf(file);
  if (text === null) return NOTHING;
  let value: Partial<About> | null;
  try {
    value = JSON.parse(text) as Partial<About> | null;
  } catch {
    return { ...NOTHING, warnings: [{ code: 'recording-meta-damaged', args: { path: file } }] };
  }
  if (value?.tool?.name !== 'perfscope' || value.schemaVersion !== 1) return NOTHING;
  const programs: readonly unknown[] = Array.isArray(value.programs) ? value.programs : [];
  const builds = new Map<string, string>();
  for (const program of programs) {
    const { path: name, buildId } = (program ?? {}) as { path?: unknown; buildId?: unknown };
    if (typeof name === 'string' && typeof buildId === 'string' && /^[0-9a-f]+$/.test(buildId))
      builds.set(name, buildId);
  }
  const { host, kernel, command } = value;
  const parts = [
    typeof host === 'string' && `of ${host}`,
    typeof kernel === 'string' && `Linux ${kernel}`,
    Array.isArray(command) && `recorded with ${command.join(' ')}`,
  ];
  const until = typeof value.to === 'string' ? Date.parse(value.to) / 1000 : NaN;
  const origin = visible(parts.filter((part) => part !== false).join(', '));
  return { origin, builds, until: Number.isFinite(until) ? until : null, warnings: [] };
}

async function textOf(file: string): Promise<string | null> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      return size > MOST_BYTES ? null : await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}
