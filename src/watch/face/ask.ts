/** `perfscope trigger`: asks a running `watch`, over its socket. */
import { request } from 'node:http';
import { PerfscopeError } from '../../errors.js';
import { printable } from '../words.js';

const PATIENCE_MS = 10_000;
const MOST_BYTES = 64 * 1024;

export interface Answer {
  /** The incident that the trigger belongs to. */
  readonly incident: string;
  /** Whether it was opened by another trigger. */
  readonly joined: boolean;
}

/** @throws PerfscopeError 'record' when nobody listens, or the trigger is refused */
export async function pullTrigger(socket: string, reason: string): Promise<Answer> {
  const { status, body } = await post(socket, '/trigger', JSON.stringify({ reason }));
  const answer = parsed(body);
  if (status === 200) return answer as unknown as Answer;
  const advice =
    answer['error'] === 'queue-full' ? 'Too many snapshots wait for their analysis: pull it again later.' : '';
  const why = printable(String(answer['error'] ?? `it answered with ${status}`));
  throw new PerfscopeError('record', `the trigger was refused: ${why}`, {}, advice);
}

function parsed(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function post(socketPath: string, path: string, body: string): Promise<{ status: number; body: string }> {
  const advice = 'Is perfscope watch running, with the same -o FOLDER or --socket PATH, and may you open its socket?';
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', host: 'localhost' };
    const asked = request({ socketPath, path, method: 'POST', headers, timeout: PATIENCE_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text = (text + piece).slice(0, MOST_BYTES)));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    asked.once('timeout', () => asked.destroy(new Error('it does not answer')));
    asked.once('error', (error: Error) => {
      reject(new PerfscopeError('record', `no watch can be reached: ${error.message}`, { path: socketPath }, advice));
    });
    asked.end(body);
  });
}
