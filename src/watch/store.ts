/**
 * The folder of incidents: `incidents/ID/` with incident.json, trace/, result.json and report.html. An incident comes into being whole:
 * its snapshot is written into a folder beside and renamed. What is no incident is told and left alone.
 */
import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { outputError, removeTemporaries, syncFolder, writeAtomic } from '../lib/atomic.js';
import { makeFolder } from '../lib/make-folder.js';
import { MAX_RESULT, readSmall } from '../batch/small-file.js';
import { parseDocument } from '../batch/schema.js';
import type { ResultDocument } from '../result.js';
import { INCIDENT_FILE, INCIDENT_ID, type Incident, RESULT_FILE, TRACE_FOLDER, incidentSchema } from './incident.js';
import { type Removal, type Stored, planRoom } from './quota.js';
import type { Say } from './say.js';

const BEGUN = /^\.(.+)\.begun$/;
const MAX_INCIDENT = 1024 * 1024;

interface Entry {
  incident: Incident;
  traceBytes: number;
  otherBytes: number;
}

export class Store {
  /** In the order of their ids, which is that of time. */
  private readonly entries = new Map<string, Entry>();
  /** Ids of folders that are damaged: their names are not given away. */
  private readonly damaged = new Set<string>();
  private writing: Promise<void> = Promise.resolve();
  private clearing: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    private readonly say: Say,
  ) {}

  /** Reads what is there; what was begun and not finished is removed, what is damaged is told and passed over. */
  static async open(root: string, say: Say): Promise<Store> {
    const folder = path.join(root, 'incidents');
    try {
      await makeFolder(folder, 0o700);
      const store = new Store(folder, say);
      for (const name of (await readdir(folder)).sort()) await store.take(name);
      return store;
    } catch (error) {
      throw outputError(error, folder);
    }
  }

  folderOf(id: string): string {
    return path.join(this.folder, id);
  }

  has(id: string): boolean {
    return this.entries.has(id);
  }

  /** Whether there is a folder of this name already. */
  isTaken(id: string): boolean {
    return this.entries.has(id) || this.damaged.has(id);
  }

  get(id: string): Incident | undefined {
    return this.entries.get(id)?.incident;
  }

  /** Oldest first. */
  all(): Incident[] {
    return [...this.entries.values()].map((e) => e.incident);
  }

  get count(): number {
    return this.entries.size;
  }

  get bytes(): number {
    let sum = 0;
    for (const e of this.entries.values()) sum += e.traceBytes + e.otherBytes;
    return sum;
  }

  /**
   * A new incident, whole or not at all.
   *
   * @param write fills the folder of the trace, and tells what the incident is
   */
  async create(id: string, write: (traceFolder: string) => Promise<Incident>): Promise<Incident> {
    const begun = path.join(this.folder, `.${id}.begun`);
    try {
      const trace = path.join(begun, TRACE_FOLDER);
      await rm(begun, { recursive: true, force: true });
      await makeFolder(trace, 0o700);
      const incident = await write(trace);
      await writeAtomic(path.join(begun, INCIDENT_FILE), textOf(incident));
      await rename(begun, this.folderOf(id));
      await syncFolder(this.folder);
      await this.add(incident);
      return incident;
    } catch (error) {
      await rm(begun, { recursive: true, force: true }).catch(() => undefined);
      throw error;
    }
  }

  /** Writes down how an incident stands. What it is is known in memory even where the disk takes nothing. */
  async save(incident: Incident): Promise<void> {
    const entry = this.entries.get(incident.id);
    if (entry === undefined) return;
    entry.incident = incident;
    // One after the other: they write to the same file.
    const write = this.writing.then(async () => {
      const newest = this.get(incident.id);
      if (newest === undefined) return;
      await writeAtomic(path.join(this.folderOf(newest.id), INCIDENT_FILE), textOf(newest));
      await this.measure(newest.id);
    });
    this.writing = write.catch(() => undefined);
    await write;
  }

  /** The result of an incident's analysis; null where there is none that can be read. */
  async result(id: string): Promise<ResultDocument | null> {
    const text = await readSmall(path.join(this.folderOf(id), RESULT_FILE), MAX_RESULT).catch(() => null);
    const document = text === null ? null : parseDocument(text);
    return document === null || 'error' in document ? null : document;
  }

  /**
   * Makes room within the quota. One call after the other, for two would remove the same.
   *
   * @param busy ids that must stay
   * @param room bytes that are about to be written
   * @returns whether there is room; to the very first snapshot the quota does not apply, however large it is
   */
  makeRoom(quota: number, busy: () => ReadonlySet<string>, room: number): Promise<boolean> {
    const made = this.clearing.then(() => this.makeRoomNow(quota, busy(), room));
    this.clearing = made.catch(() => undefined);
    return made;
  }

  private async makeRoomNow(quota: number, busy: ReadonlySet<string>, room: number): Promise<boolean> {
    const stored: Stored[] = [...this.entries].map(([id, { incident, traceBytes, otherBytes }]) => {
      return { id, traceBytes, otherBytes, done: incident.state !== 'taken', busy: busy.has(id) };
    });
    const { removals, over } = planRoom(stored, quota, room);
    for (const removal of removals) await this.remove(removal);
    return over === 0 || stored.every((s) => s.done && !s.busy);
  }

  private async remove({ id, what }: Removal): Promise<void> {
    const entry = this.entries.get(id)!;
    try {
      if (what === 'trace') {
        await rm(path.join(this.folderOf(id), TRACE_FOLDER), { recursive: true, force: true });
        entry.traceBytes = 0;
        const { incident } = entry;
        const { snapshot } = incident;
        await this.save({ ...incident, snapshot: snapshot === null ? null : { ...snapshot, kept: false } });
      } else {
        await rm(this.folderOf(id), { recursive: true, force: true });
        this.entries.delete(id);
      }
      const code = what === 'trace' ? 'watch-trace-removed' : 'watch-incident-removed';
      this.say('info', { code, args: { incident: id } });
    } catch (error) {
      this.say('warn', { code: 'watch-not-removed', args: { incident: id, reason: (error as Error).message } });
    }
  }

  private async take(name: string): Promise<void> {
    const at = path.join(this.folder, name);
    const begun = BEGUN.exec(name);
    if (begun !== null) {
      this.say('warn', { code: 'watch-begun', args: { incident: begun[1]! } });
      await rm(at, { recursive: true, force: true });
      return;
    }
    if (!INCIDENT_ID.test(name)) return this.say('warn', { code: 'watch-foreign', args: { path: at } });
    const incident = await readIncident(path.join(at, INCIDENT_FILE), name);
    if (typeof incident === 'string') {
      this.damaged.add(name);
      return this.say('warn', { code: 'watch-damaged', args: { path: at, reason: incident } });
    }
    await removeTemporaries(at);
    await this.add(incident);
  }

  private async add(incident: Incident): Promise<void> {
    this.entries.set(incident.id, { incident, traceBytes: 0, otherBytes: 0 });
    await this.measure(incident.id);
  }

  private async measure(id: string): Promise<void> {
    const at = this.folderOf(id);
    const [all, traceBytes] = await Promise.all([bytesBelow(at), bytesBelow(path.join(at, TRACE_FOLDER))]);
    const entry = this.entries.get(id);
    if (entry !== undefined) Object.assign(entry, { traceBytes, otherBytes: all - traceBytes });
  }
}

/** The incident, or what is wrong with it. */
async function readIncident(file: string, id: string): Promise<Incident | string> {
  try {
    const { data, error } = incidentSchema.safeParse(JSON.parse(await readSmall(file, MAX_INCIDENT)));
    if (error !== undefined) return error.issues[0]!.message;
    return data.id === id ? data : `it says that it is ${data.id}`;
  } catch (error) {
    return (error as Error).message;
  }
}

async function bytesBelow(folder: string): Promise<number> {
  let sum = 0;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries)
    if (entry.isFile()) sum += (await stat(path.join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0;
  return sum;
}

const textOf = (incident: Incident) => `${JSON.stringify(incident, null, 1)}\n`;
