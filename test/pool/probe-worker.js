/** A stage for the tests of the pool: it does what its task says, in a worker thread. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../../dist/src/pool/serve.js';
import { PerfscopeError } from '../../dist/src/errors.js';

export default serve({
  name: 'probe',
  async run(task, context) {
    switch (task.what) {
      case 'square':
        if (task.cell !== undefined) await occupy(task);
        return task.n * task.n;
      case 'meet':
        Atomics.add(task.cell, 0, 1);
        while (Atomics.load(task.cell, 0) < task.n) await sleep(2);
        return 0;
      case 'report':
        context.progress(1);
        context.log('info', { code: 'probe', args: { n: task.n } });
        return 0;
      case 'fail':
        throw new PerfscopeError('input-damaged', 'broken', { path: 'x', offset: 7 }, 'mend it');
      case 'bug':
        throw new TypeError('undefined is not a function');
      case 'exit':
        return process.exit(3);
      case 'spin':
        Atomics.store(task.cell, 0, 1);
        Atomics.notify(task.cell, 0);
        for (;;);
      case 'wait':
        Atomics.store(task.cell, 0, 1);
        Atomics.notify(task.cell, 0);
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve, { once: true }));
        Atomics.store(task.cell, 0, 2);
        return 0;
      case 'hoard': {
        const hoard = [];
        for (let i = 0; ; i++) hoard.push({ i, text: `${i}` });
      }
    }
  },
});

/** Counts the tasks that run at the same time: cell[0] now, cell[1] at most. */
async function occupy({ cell }) {
  const now = Atomics.add(cell, 0, 1) + 1;
  if (now > Atomics.load(cell, 1)) Atomics.store(cell, 1, now);
  await sleep(5);
  Atomics.sub(cell, 0, 1);
}
