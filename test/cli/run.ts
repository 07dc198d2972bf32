/** Runs the built program as a user would. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BUGS = path.join(ROOT, 'datasets', 'bugs');
export const COMMAND = path.join(ROOT, 'dist', 'src', 'cli', 'index.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Setting {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Null: left open, with nothing in it. */
  readonly stdin?: string | Uint8Array | null;
  /** Files (descriptors) instead of the pipes that are read. */
  readonly stdout?: number;
  readonly stderr?: number;
  /** Called with the process once it runs. */
  readonly started?: (child: ReturnType<typeof spawn>) => void;
}

/** Without the settings of whoever runs the tests: no PERFSCOPE_*, no colours. */
function cleanEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([k]) => !/^(PERFSCOPE_|FORCE_COLOR|NO_COLOR|COLUMNS)/.test(k));
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ...extra };
}

export function perfscope(args: readonly string[], setting: Setting = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      cwd: setting.cwd ?? os.tmpdir(),
      env: cleanEnvironment(setting.env),
      stdio: ['pipe', setting.stdout ?? 'pipe', setting.stderr ?? 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    // A program that ends without reading its input closes the pipe.
    child.stdin!.on('error', () => undefined);
    if (setting.stdin !== null) child.stdin!.end(setting.stdin ?? '');
    setting.started?.(child);
  });
}

/** A folder that is gone when `dispose` was called. */
export function scratchFolder(): { path: string; at: (...parts: string[]) => string; dispose: () => void } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'perfscope-test-'));
  return {
    path: folder,
    at: (...parts) => path.join(folder, ...parts),
    dispose: () => rmSync(folder, { recursive: true }),
  };
}
