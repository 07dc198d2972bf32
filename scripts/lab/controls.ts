/** Incidents in which no function is to blame: the environment fails, or nothing does and only the load changes. */
import type { Instance } from './instance.js';
import type { LoadChange } from './load/client.js';
import { type Limit, limitCpu, limitWrites } from './target/cgroup.js';

export interface Control {
  readonly category: 'none' | 'external';
  readonly resource?: 'peer' | 'cpu' | 'disk';
  /** What happens, after "from triggeredAt on". null: nothing does. */
  readonly what: string | null;
  /** Sets it off; `busy` is the number of processors that the healthy server used. */
  begin?(instance: Instance, busy: number): Limit | undefined;
}

const change = (kind: LoadChange) => (instance: Instance) => {
  instance.changeLoad(kind);
  return undefined;
};

const mood = (delayMs: number, loss: number) => (instance: Instance) => {
  instance.peer!.mood({ delayMs, loss });
  return undefined;
};

/** Of what the healthy server used: it stays behind for good. */
const STARVED_SHARE = 0.3;
const WRITES_A_SECOND = 3;

export const CONTROLS = {
  quiet: { category: 'none', what: null },
  'load-doubled': {
    category: 'none',
    what: 'half as many clients again come and all think less: about twice the load',
    begin: change('double'),
  },
  'mix-changed': { category: 'none', what: 'the shares of the kinds of requests change', begin: change('other-mix') },
  quieter: { category: 'none', what: 'clients think three times as long', begin: change('quieter') },
  'admin-burst': {
    category: 'none',
    what: 'an administrator or a nightly job makes heavy requests beside the usual load',
    begin: change('burst'),
  },
  'slow-peer': {
    category: 'external',
    resource: 'peer',
    what: 'the peer behind the server answers 0.8 s late',
    begin: mood(800, 0),
  },
  'lossy-peer': {
    category: 'external',
    resource: 'peer',
    what: 'the peer behind the server leaves a third of the requests without an answer for four seconds',
    begin: mood(10, 0.35),
  },
  'cpu-starved': {
    category: 'external',
    resource: 'cpu',
    what: 'the processes of the server get a third of the processor time that they used before (control group)',
    begin: (instance: Instance, busy: number) =>
      limitCpu(`lab-${instance.port}`, instance.pids(), Math.max(0.004, STARVED_SHARE * busy)),
  },
  'slow-disk': {
    category: 'external',
    resource: 'disk',
    what: 'the disk takes three writes a second (control group)',
    begin: (instance: Instance) =>
      limitWrites(`lab-${instance.port}`, instance.pids(), instance.folder, WRITES_A_SECOND),
  },
} satisfies Record<string, Control>;

export type ControlName = keyof typeof CONTROLS;
