/** All cases of all servers asked for, in a few lanes side by side. What is there already is not made again. */
import path from 'node:path';
import { type Context, controlCase, faultCase } from './case.js';
import { build } from './build.js';
import { candidates } from './candidates.js';
import { readJsonIfAny, writeJson } from './files.js';
import { type Lab, foldersOf } from './lab.js';
import { rngOf } from './rng.js';
import { screen } from './screen.js';
import { type Server, loadServer } from './server.js';
import { survey } from './survey.js';
import { readHookedProgram } from './target/hooks.js';
import { readJava } from './target/java.js';
import { type Program, readProgram } from './target/program.js';

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
/** Of those kept in screening, some do not show again in the recording: so many more are kept at once. */
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
  const { prefix } = foldersOf(lab, server.name);
  const program = await programOf(server, prefix);
  const surveyed = await survey(lab, server, program, seed);
  const context: Context = { lab, server, version, program, survey: surveyed, seed };
  const recordings = await Recordings.open(lab, server);
  const list = candidates(server, program, surveyed, seed, options.cases * TRIES);
  for (let wanted = Math.ceil(options.cases * SPARE); ;) {
    const kept = await screen(lab, server, program, surveyed, list, wanted, seed);
    for (const [number, screened] of kept.entries()) {
      if (recordings.made < options.cases)
        await recordings.record(screened.id, () => faultCase(context, number, screened));
    }
    // For each that did not show again in its recording, another one, as long as there are candidates.
    if (recordings.made >= options.cases || kept.length < wanted) break;
    wanted += options.cases - recordings.made;
  }
  lab.log(`${server.name}: ${recordings.made} cases of ${options.cases} asked for`);
  const controls = rngOf(seed, server.name, 'controls').shuffled(server.controls).slice(0, options.controls);
  for (const name of controls) {
    const number = server.controls.indexOf(name);
    await recordings.record(`${server.name}-control-${name}`, () => controlCase(context, number, name));
  }
}

function programOf({ program, hooks, crates }: Server, prefix: string): Promise<Program> {
  const file = path.join(prefix, program);
  if (hooks === undefined) return readProgram(file, crates);
  const read = { Go: readHookedProgram, Java: readJava }[hooks.language];
  return read(file, path.join(prefix, hooks.list));
}

/** What became of each recording, kept so that one that showed nothing is not made again until it happens to. */
class Recordings {
  private constructor(
    private readonly lab: Lab,
    private readonly file: string,
    private readonly outcomes: Record<string, string>,
  ) {}

  static async open(lab: Lab, server: Server): Promise<Recordings> {
    const file = path.join(foldersOf(lab, server.name).work, 'recordings.json');
    return new Recordings(lab, file, (await readJsonIfAny<Record<string, string>>(file)) ?? {});
  }

  /** Cases with a guilty function that are there. */
  get made(): number {
    return Object.entries(this.outcomes).filter(([id, text]) => /^case/.test(text) && !id.includes('-control-')).length;
  }

  async record(id: string, make: () => Promise<string>): Promise<void> {
    if (id in this.outcomes && !this.outcomes[id]!.startsWith('error')) return;
    const outcome = await make().catch((error: Error) => `error: ${error.message}`);
    this.lab.log(`${id}: ${outcome}`);
    this.outcomes[id] = outcome;
    await writeJson(this.file, this.outcomes);
  }
}
