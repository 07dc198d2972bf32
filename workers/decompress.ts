import { parentPort, workerData } from 'node:worker_threads';
import { type Order, serveDecompression } from '../src/reading/decompress-thread.js';

await serveDecompression(workerData as Order, parentPort!);
