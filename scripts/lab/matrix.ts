/** All cases of all servers asked for, in a few lanes side by side. What is there already is not made again. */
import { type Context, controlCase, faultCase } from './case.js';
import { build } from './build.js';
import { candidates } from './candidates.js';
import { type Lab, foldersOf } from './lab.js';
import path from 'node:path';
import { rngOf } from './rng.js';
import { screen } from './screen.js';
import { type Server, loadServer } from './server.js';
import { survey } from './survey.js';
import { readProgram } from './target/program.js';

export interface MatrixOptions {
  readonly servers: readonly string[];
  /** Per server. */
  readonly cases: number;
  readonly controls: number;
  readonly seed: string;
  /** Servers at work at once: more than there are processors, and the traces show the machine instead of the fault. */
  readonly lanes: number;
  readonly buildJobs: number;
}

/** Candidates tried for each case wanted. */
const TRIES = 4;
/** Of those kept in screening, some do not show again in the recording. */
const SPARE = 1.25;
const PORTS_A_SERVER = 40;

/** Names of the servers for which something failed. */
export async function runMatrix(lab: Lab, options: MatrixOptions): Promise<string[]> {
  const waiting = options.servers.map((name, i) => ({
    name,
    lab: { ...lab, firstPort: lab.firstPort + i * PORTS_A_SERVER },
  }));
  const failed: string[] = [];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { name } = next;
      await runServer(next.lab, await loadServer(name), options).catch((error: Error) => {
        lab.log(`${name}: ${error.stack}`);
        failed.push(name);
      });
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, lane));
  return failed;
}

async function runServer(lab: Lab, server: Server, options: MatrixOptions): Promise<void> {
  const { seed } = options;
  const version = await build(lab, server, options.buildJobs);
  const program = await readProgram(path.join(foldersOf(lab, server.name).prefix, server.program));
  const surveyed = await survey(lab, server, program, seed);
  const context: Context = { lab, server, version, program, survey: surveyed, seed };
  const list = candidates(server, program, surveyed, seed, options.cases * TRIES);
  const kept = await screen(lab, server, program, surveyed, list, Math.ceil(options.cases * SPARE), seed);
  const tell = (id: string) => (outcome: string) => {
    lab.log(`${id}: ${outcome}`);
    return outcome;
  };
  let made = 0;
  for (const screened of kept) {
    if (made >= options.cases) break;
    const outcome = await faultCase(context, screened).catch((error: Error) => `error: ${error.message}`);
    tell(screened.id)(outcome);
    if (/^(case|there)/.test(outcome)) made++;
  }
  const controls = rngOf(seed, server.name, 'controls').shuffled(server.controls).slice(0, options.controls);
  for (const name of controls) {
    await controlCase(context, name).then(tell(`${server.name}-control-${name}`), (error: Error) =>
      tell(`${server.name}-control-${name}`)(`error: ${error.message}`),
    );
  }
  lab.log(`${server.name}: ${made} cases of ${options.cases} asked for`);
}
