// Looks at one file after the other, in a thread that can be ended.
import { parentPort, workerData } from 'node:worker_threads';
import { examine } from './examine.js';

parentPort.on('message', async (file) => {
  try {
    await examine(file, workerData);
    parentPort.postMessage(null);
  } catch (error) {
    parentPort.postMessage(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
});
parentPort.postMessage(null);
