/** The command that records with ftrace. */
import process from 'node:process';
import { entryPoint } from '../../pool/entry-point.js';
import { recorderArguments } from './arguments.js';
import type { RecorderOptions } from './recorder.js';

export function ftraceCommand(options: RecorderOptions): string[] {
  return [process.execPath, entryPoint('ftrace'), ...recorderArguments(options)];
}
