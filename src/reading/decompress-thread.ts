/**
 * A thread that decompresses one file into shared buffers while the pool parses what it gave before. For decompressors
 * that compute in the thread that calls them (Zstandard and xz; zlib has threads of its own).
 * The coordinator sends empty buffers, the thread sends them back filled, in order: so at most as many are under way as
 * were sent.
 */
import { type MessagePort, Worker } from 'node:worker_threads';
import { PerfscopeError, type PlainError, fromPlainError, toPlainError } from '../errors.js';
import { readAs } from '../formats/index.js';
import type { Wrapping } from '../formats/wrapping/wrapping.js';
import type { StreamProblem } from '../source/decompress.js';
import { openFile } from '../source/source.js';
import { type BufferSupply, type FilledBuffer, fillBuffers } from './cuts.js';
import { entryPoint } from '../pool/entry-point.js';

/** Buffers that the thread may fill ahead of the parsers. */
const AHEAD = 2;

export interface Order {
  readonly path: string;
  readonly format: string;
  readonly wrapping: Wrapping | null;
}

type Delivery =
  | { readonly what: 'filled'; readonly chunk: FilledBuffer; readonly consumed: number }
  | { readonly what: 'end'; readonly consumed: number; readonly problem: StreamProblem | null }
  | { readonly what: 'failed'; readonly error: PlainError };

export interface ThreadState {
  consumed: number;
  problem: StreamProblem | null;
}

/** The coordinator's side: chunks of `path` as the thread fills them; `state` follows. Ends the thread when left early. */
export async function* decompressInThread(
  path: string,
  format: string,
  supply: BufferSupply,
  state: ThreadState,
  wrapping: Wrapping | null = null,
): AsyncGenerator<FilledBuffer> {
  const order: Order = { path, format, wrapping };
  const worker = new Worker(entryPoint('decompress'), { workerData: order });
  const inbox: Delivery[] = [];
  let failure: Error | null = null;
  let wake: () => void = () => undefined;
  worker.on('message', (delivery: Delivery) => {
    inbox.push(delivery);
    wake();
  });
  worker.on('error', (error) => {
    failure = new PerfscopeError('worker', `decompressing ${path} failed: ${error.message}`, { path });
    wake();
  });
  try {
    for (let i = 0; i < AHEAD; i++) worker.postMessage(await supply.take());
    for (;;) {
      while (inbox.length === 0 && failure === null) await new Promise<void>((resolve) => (wake = resolve));
      const delivery = inbox.shift();
      if (delivery === undefined) throw failure!;
      if (delivery.what === 'failed') throw fromPlainError(delivery.error);
      state.consumed = delivery.consumed;
      if (delivery.what === 'end') {
        state.problem = delivery.problem;
        return;
      }
      worker.postMessage(await supply.take());
      yield delivery.chunk;
    }
  } finally {
    await worker.terminate();
  }
}

/** The thread's side. */
export async function serveDecompression(order: Order, port: MessagePort): Promise<void> {
  const free: SharedArrayBuffer[] = [];
  let wake: () => void = () => undefined;
  port.on('message', (buffer: SharedArrayBuffer) => {
    free.push(buffer);
    wake();
  });
  const supply: BufferSupply = {
    async take() {
      while (free.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return free.shift()!;
    },
  };
  const send = (delivery: Delivery) => port.postMessage(delivery);
  try {
    const source = await openFile(order.path);
    for await (const chunk of fillBuffers(source.blocks(), readAs(order.format, order.wrapping), supply)) {
      send({ what: 'filled', chunk, consumed: source.consumed });
    }
    send({ what: 'end', consumed: source.consumed, problem: source.problem });
  } catch (error) {
    if (!(error instanceof PerfscopeError)) throw error;
    send({ what: 'failed', error: toPlainError(error) });
  } finally {
    port.close();
  }
}
