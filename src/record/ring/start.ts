/** Starts the ring of the tracer that works here. */
import { execFile } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { untilAborted } from '../../pool/waiting.js';
import { PerfscopeError } from '../../errors.js';
import { throwIfCancelled } from '../../pool/stage.js';
import { BACKENDS, type Backend } from '../backends.js';
import { type Choice, chooseBackend, obstacleOf } from '../choose.js';
import { tracerCommand } from '../commands.js';
import { type Facts, gatherFacts } from '../facts.js';
import { findPids, lasting } from '../processes.js';
import type { Ring, RingOptions } from '../recorder.js';
import { failure } from '../failure.js';
import { type Tracer, attached, startTracer } from '../tracer.js';
import { findPacker } from './pack.js';
import { type FileKind, FileRing, GROWING } from './file-ring.js';
import { lostEvents } from './lost.js';
import { lostInRings } from './lost-in-rings.js';
import { StraceRing } from './strace-ring.js';

/** perf gives up when a thread ends between being listed and being opened. */
const ATTEMPTS = 3;

export async function startRing(options: RingOptions): Promise<Ring> {
  const wanted = backendOf(options.backend);
  await findPids(options.target);
  if (wanted === null || wanted === 'ftrace') {
    const facts = await gatherFacts([], true, []);
    if (obstacleOf('ftrace', facts) === null) {
      // What records needs no trial, which takes as long again: on a machine that is full, seconds.
      const started = await startChosen(chooseBackend(facts, options.target, wanted), facts, options);
      if (!('said' in started)) return started;
    }
  }
  const facts = await untilAborted(gatherFacts(wanted === null ? BACKENDS : [wanted], true), options.signal);
  const choice = chooseBackend(facts, options.target, wanted);
  const started = await startChosen(choice, facts, options);
  if ('said' in started) throw await failure(choice.backend, facts, started);
  return started;
}

async function startChosen(choice: Choice, facts: Facts, options: RingOptions): Started {
  const { target, log, signal } = options;
  log('info', `recording with ${choice.backend}: ${choice.why}`);
  if (choice.warning !== '') log('warn', choice.warning);
  let pids: readonly number[] = await findPids(target);
  for (let attempt = 1; ; attempt++) {
    throwIfCancelled(signal);
    if (attempt > 1) pids = lasting(await findPids(target), pids);
    const output = path.join(options.folder, choice.backend === 'strace' ? 'pipe' : GROWING);
    const ring = { fileBytes: options.maxBytes };
    const argv = tracerCommand(choice.backend, facts, { target, pids, output, ring });
    const started = await start(choice, argv, output, options);
    if (!('said' in started) || !/no such process/i.test(started.said()) || attempt === ATTEMPTS) return started;
  }
}

/** The ring, or the tracer that ended instead of recording. */
type Started = Promise<Ring | Tracer>;

function start({ backend }: Choice, argv: readonly string[], output: string, options: RingOptions): Started {
  switch (backend) {
    case 'ftrace':
      return startFiles(FTRACE, argv, output, options);
    case 'perf':
      return startFiles(PERF, argv, output, options);
    case 'strace':
      return startStrace(argv, output, options);
  }
}

const PERF: FileKind = { backend: 'perf', format: 'perf-data', extension: 'perf.data', lost: lostEvents };
const FTRACE: FileKind = { backend: 'ftrace', format: 'ftrace-ring', extension: 'ftrace', lost: lostInRings };

async function startFiles(kind: FileKind, argv: readonly string[], output: string, options: RingOptions): Started {
  const packer = await findPacker();
  throwIfCancelled(options.signal);
  const tracer = startTracer(argv, options.target.kind === 'command');
  if (!(await attached(tracer, kind.backend, output, options.signal))) return tracer;
  return new FileRing(kind, tracer, argv, options, packer);
}

async function startStrace(argv: readonly string[], output: string, options: RingOptions): Started {
  await rm(output, { force: true });
  await promisify(execFile)('mkfifo', ['-m', '600', output]);
  throwIfCancelled(options.signal);
  // Without somebody who writes the pipe would be at its end at once; with us as one it is when strace has ended, and we have closed it.
  const writer = await open(output, 'r+');
  // The number alone: the socket closes it.
  const fd = openSync(output, constants.O_RDONLY | constants.O_NONBLOCK);
  const tracer = startTracer(argv, options.target.kind === 'command');
  void tracer.ended.then(() => writer.close());
  const pipe = new Socket({ fd, readable: true, writable: false });
  const ring = new StraceRing(tracer, argv, options, pipe);
  return options.target.kind === 'command' || (await attached(tracer, 'strace', output, options.signal))
    ? ring
    : tracer;
}

function backendOf(name: string | undefined): Backend | null {
  if (name === undefined) return null;
  const backend = BACKENDS.find((b) => b === name);
  if (backend !== undefined) return backend;
  throw new PerfscopeError('usage', `there is no backend ${name}`, {}, `It is one of: ${BACKENDS.join(', ')}.`);
}
