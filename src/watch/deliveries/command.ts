/** Incidents as a program that is run, without a shell: the message on its standard input, the places in its environment. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { PerfscopeError } from '../../errors.js';
import { onAbort } from '../../pool/on-abort.js';
import { printable } from '../words.js';
import { type Delivery, DeliveryError } from './delivery.js';
import type { IncidentMessage } from './message.js';

/** Of what it says, bytes. */
const KEPT = 2000;

/** @param text a program, or a JSON array of a program and its arguments */
export function command(text: string, option: string): Delivery {
  const argv = argvOf(text, option);
  const mark = createHash('sha256').update(argv.join('\0')).digest('hex').slice(0, 8);
  return { name: `command:${path.basename(argv[0])}:${mark}`, send: (message, signal) => run(argv, message, signal) };
}

function argvOf(text: string, option: string): readonly [string, ...string[]] {
  if (!text.trimStart().startsWith('[')) return [text];
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Told below.
  }
  if (Array.isArray(value) && value.length > 0 && value.every((v) => typeof v === 'string' && !v.includes('\0')))
    return value as [string, ...string[]];
  const advice = 'Write a program, or a JSON array of a program and its arguments: ["/usr/bin/notify", "--now"].';
  throw new PerfscopeError('usage', `${option} ${text}: not a command`, {}, advice);
}

async function run(argv: readonly [string, ...string[]], m: IncidentMessage, signal: AbortSignal): Promise<void> {
  const [program, ...args] = argv;
  const env = {
    ...process.env,
    // It is not for the program.
    PERFSCOPE_TOKEN: undefined,
    PERFSCOPE_INCIDENT: m.id,
    PERFSCOPE_STATUS: m.status,
    PERFSCOPE_VERDICT: m.outcome?.verdict ?? '',
    PERFSCOPE_TITLE: m.title,
    PERFSCOPE_FOLDER: m.folder,
    PERFSCOPE_RESULT: m.result ?? '',
    PERFSCOPE_PAGE: m.page ?? '',
  };
  // A group of its own: what it starts ends with it when it takes too long.
  const child = spawn(program, args, { env, stdio: ['pipe', 'ignore', 'pipe'], detached: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-KEPT)));
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${JSON.stringify(m)}\n`);
  const forget = onAbort(signal, () => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It has ended, or never begun.
    }
  });
  try {
    const { code, death } = await new Promise<{ code: number | null; death: string | null }>((resolve, reject) => {
      child.once('error', reject);
      // Not `close`: something that it left running may hold its stderr.
      child.once('exit', (code, death) => resolve({ code, death }));
    });
    if (code === 0) return;
    const how = code === null ? `was killed (${death})` : `ended with ${code}`;
    throw new DeliveryError(`it ${how}${said === '' ? '' : `: ${printable(said)}`}`, true);
  } finally {
    forget();
    child.stderr.destroy();
  }
}
