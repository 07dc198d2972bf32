/**
 * Where a worker may read and write, whatever a job says: below folders and prefixes that it was started with. A path counts for
 * where it leads, links followed, and is used as that from then on.
 */
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { PerfscopeError } from '../../errors.js';
import { isBelow } from '../discover.js';
import type { IncidentJob, InputRef } from '../job.js';
import type { Request } from './protocol.js';

/** Why this worker does not do what it is asked; another one may. */
export class Refusal extends Error {}

/** Folders without links, and addresses of stores. */
interface Places {
  readonly flag: string;
  readonly folders: readonly string[];
  readonly stores: readonly string[];
}

export class Roots {
  private constructor(
    private readonly read: Places,
    private readonly results: Places,
  ) {}

  /**
   * @param read folders and s3://BUCKET/PREFIX; none: the current folder
   * @throws PerfscopeError 'usage' for a folder that is not there
   */
  static async open(read: readonly string[] | undefined, results: readonly string[] | undefined): Promise<Roots> {
    return new Roots(await placesOf('--read-root', read), await placesOf('--results-root', results));
  }

  /** The request, with paths free of links. Throws Refusal. */
  async admit(request: Request): Promise<Request> {
    const { incident } = request;
    const each = (refs: readonly InputRef[]) => Promise.all(refs.map((ref) => this.admitInput(ref)));
    const job: IncidentJob = {
      ...incident,
      inputs: await each(incident.inputs),
      profiles: await each(incident.profiles),
      candidates: await Promise.all(
        incident.candidates.map(async (c) => ({ ...c, ref: await this.admitInput(c.ref) })),
      ),
    };
    return { ...request, incident: job, place: await this.admitPlace(request.place) };
  }

  /** Where results may be put: a folder that is there, or a prefix of a store. Throws Refusal. */
  async admitPlace(place: string): Promise<string> {
    if (place.startsWith('s3://')) return inStore(place, this.results);
    const folder = await inFolder(place, this.results);
    const stats = await stat(folder).catch(() => null);
    if (stats?.isDirectory() !== true) throw new Refusal(`the place for results, ${place}, is no folder here`);
    await access(folder, constants.W_OK).catch(() => {
      throw new Refusal(`the place for results, ${place}, may not be written to`);
    });
    return folder;
  }

  private async admitInput(ref: InputRef): Promise<InputRef> {
    if (ref.kind === 's3') return { ...ref, url: inStore(ref.url, this.read) };
    if (ref.kind === 'file') return { ...ref, path: await inFolder(ref.path, this.read) };
    return { ...ref, archive: await inFolder(ref.archive, this.read) };
  }
}

async function placesOf(flag: string, named: readonly string[] | undefined): Promise<Places> {
  const given = named ?? [process.cwd()];
  // Where services are started; meant by nobody who did not say so.
  if (named === undefined && given[0] === '/')
    throw new PerfscopeError(
      'usage',
      `${flag} is missing`,
      {},
      'The current folder is /: say where, folder or s3://BUCKET/PREFIX.',
    );
  const folders = given.filter((root) => !root.startsWith('s3://'));
  const real = folders.map(async (folder) => {
    const found = await realpath(folder).catch(() => null);
    if (found !== null && (await stat(found)).isDirectory()) return found;
    throw new PerfscopeError('usage', `${flag} ${folder}: no such folder`, {}, 'Name a folder, or s3://BUCKET/PREFIX.');
  });
  const stores = given.filter((root) => root.startsWith('s3://')).map((root) => root.replace(/\/+$/, ''));
  return { flag, folders: await Promise.all(real), stores };
}

async function inFolder(file: string, { flag, folders }: Places): Promise<string> {
  const real = await whereItLeads(file);
  if (folders.some((folder) => isBelow(real, folder))) return real;
  throw outside(file, flag);
}

function inStore(url: string, { flag, stores }: Places): string {
  // Keys are no paths, but what stands between here and the store may take them for such.
  const dots = url.split('/').some((part) => part === '.' || part === '..');
  if (!dots && stores.some((root) => url === root || url.startsWith(`${root}/`))) return url;
  throw outside(url, flag);
}

const outside = (what: string, flag: string) => new Refusal(`${what} is not below a ${flag} of its`);

/** The path without links. Of what is not there, as far as there is something. */
async function whereItLeads(file: string): Promise<string> {
  const absolute = path.resolve(file);
  const real = await realpath(absolute).catch(() => null);
  if (real !== null || absolute === path.dirname(absolute)) return real ?? absolute;
  return path.join(await whereItLeads(path.dirname(absolute)), path.basename(absolute));
}
