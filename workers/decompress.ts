import { parentPort, workerData } from 'node:worker_threads';
import { serveDecompression } from '../src/coordinator/decompress-thread.js';

await serveDecompression(workerData as { path: string; format: string }, parentPort!);
