/** Builds servers from Debian's source packages, with the padding that native/faults.c needs, or puts installed ones into place. */
import { execFile, spawn } from 'node:child_process';
import { access, mkdir, open, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { readJsonIfAny, writeJson } from './files.js';
import { type Lab, foldersOf, sourceFile } from './lab.js';
import type { Server } from './server.js';

/**
 * Nothing differs from a default build but the padding and -fno-ipa-ra: callers must not rely on registers that the function at hand
 * happens to leave alone, for a fault may use them.
 */
export const FLAGS = '-O2 -g -fpatchable-function-entry=16 -fno-ipa-ra -fcommon';

/**
 * g++, without the section that lists where the padding is: until GCC 13 it names functions that the linker drops as duplicates
 * (templates and inline functions), and the linker refuses that. Nobody needs the list: the padding itself is found.
 */
const CXX_WRAPPER = `#!/bin/sh
g++ "$@" || exit
for word; do
  case $last/$word in -o/*.o) objcopy --remove-section=__patchable_function_entries "$word" ;; esac
  last=$word
done
`;

interface Built {
  /** Name and version of the package. */
  readonly version: string;
}

/** Builds the server unless that was done; gives the version of its package. */
export async function build(lab: Lab, server: Server, jobs: number): Promise<string> {
  const { source, prefix } = foldersOf(lab, server.name);
  const note = path.join(prefix, 'built.json');
  const before = await readJsonIfAny<Built>(note);
  if (before !== null) return before.version;
  await requirePackages(server);
  lab.log(
    `${server.name}: building from ${server.source === undefined ? 'what is installed' : `source package ${server.source}`}`,
  );
  await mkdir(prefix, { recursive: true });
  const log = path.join(prefix, 'build.log');
  await writeFile(log, '');
  const version =
    server.source === undefined ? await installed(server, source) : await unpack(lab, server.source, source, log);
  const compiler = path.join(prefix, 'c++');
  await writeFile(compiler, CXX_WRAPPER, { mode: 0o755 });
  const environment = {
    CXX: compiler,
    CFLAGS: FLAGS,
    CXXFLAGS: FLAGS,
    FLAGS,
    JOBS: String(jobs),
    PREFIX: prefix,
    LAB_GO: sourceFile('go'),
    LAB_JAVA: sourceFile('java'),
    LAB_RUST: sourceFile('rust'),
    PADDED: server.crates?.join(' '),
  };
  for (const line of server.build) await shell(line, path.join(source, 'tree'), environment, log);
  await access(path.join(prefix, server.program));
  await writeJson(note, { version } satisfies Built);
  return version;
}

async function requirePackages(server: Server): Promise<void> {
  const there = await Promise.all(
    server.buildPackages.map((name) =>
      promisify(execFile)('dpkg-query', ['-W', '-f', '${db:Status-Status}', name]).then(
        ({ stdout }) => stdout === 'installed',
        () => false,
      ),
    ),
  );
  const missing = server.buildPackages.filter((_, i) => !there[i]);
  if (missing.length > 0) throw new Error(`missing to build it: apt-get install ${missing.join(' ')}`);
}

/** An empty SOURCE/tree for a server that is installed: the first of its packages has its version. */
async function installed(server: Server, folder: string): Promise<string> {
  await mkdir(path.join(folder, 'tree'), { recursive: true });
  const [name] = server.buildPackages as [string];
  const { stdout } = await promisify(execFile)('dpkg-query', ['-W', '-f', '${Version}', name]);
  return `Debian package ${name} ${stdout}`;
}

/** Fetches and unpacks the source package, with Debian's patches, into SOURCE/tree. */
async function unpack(lab: Lab, name: string, folder: string, log: string): Promise<string> {
  await rm(path.join(folder, 'tree'), { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const description = async () => (await readdir(folder)).find((name) => name.endsWith('.dsc'));
  if ((await description()) === undefined) {
    const options = await sourceLists(lab, log);
    await shell(`apt-get ${options} --download-only source ${name}`, folder, {}, log);
  }
  const dsc = (await description())!;
  await shell(`dpkg-source --no-check -x ${dsc} tree`, folder, {}, log);
  const text = await readFile(path.join(folder, dsc), 'utf8');
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
  return `Debian source package ${field('Source')} ${field('Version')}`;
}

/** Of the lab's folder: servers that are built side by side wait for the same lists. */
const listed = new Map<string, Promise<string>>();

/** Options with which apt-get knows the machine's own sources as sources of source packages, too; the machine stays as it is. */
function sourceLists(lab: Lab, log: string): Promise<string> {
  const folder = path.join(lab.folder, 'source', 'apt');
  let lists = listed.get(folder);
  if (lists === undefined) {
    lists = fetchLists(folder, log);
    listed.set(folder, lists);
    lists.catch(() => listed.delete(folder));
  }
  return lists;
}

async function fetchLists(folder: string, log: string): Promise<string> {
  const file = path.join(folder, 'lab.sources');
  const options = `-o Dir::Etc::sourcelist=${file} -o Dir::Etc::sourceparts=/dev/null -o Dir::State::Lists=${folder}/lists`;
  const note = path.join(folder, 'fetched.json');
  if ((await readJsonIfAny(note)) !== null) return options;
  await mkdir(path.join(folder, 'lists', 'partial'), { recursive: true });
  const parts = '/etc/apt/sources.list.d';
  const files = (await readdir(parts)).filter((name) => name.endsWith('.sources'));
  const texts = await Promise.all(files.map((name) => readFile(path.join(parts, name), 'utf8')));
  await writeFile(file, texts.map((text) => text.replace(/^Types:.*$/gm, 'Types: deb-src')).join('\n\n'));
  await shell(`apt-get ${options} update`, folder, {}, log);
  await writeJson(note, { from: files });
  return options;
}

async function shell(line: string, cwd: string, environment: NodeJS.ProcessEnv, log: string): Promise<void> {
  const output = await open(log, 'a');
  try {
    await output.write(`\n$ ${line}\n`);
    const status = await new Promise<number | null>((resolve, reject) => {
      const child = spawn('sh', ['-ec', line], {
        cwd,
        stdio: ['ignore', output.fd, output.fd],
        env: { ...process.env, ...environment },
      });
      child.on('error', reject);
      child.on('close', resolve);
    });
    if (status === 0) return;
  } finally {
    await output.close();
  }
  const last = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-15).join('\n');
  throw new Error(`building failed: ${line}\n${last}\nAll that was said: ${log}`);
}
