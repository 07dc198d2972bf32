/** A file that appears pulls the trigger: what it says is the reason. It is removed, so that it can appear again. */
import { constants } from 'node:fs';
import { lstat, open, rm } from 'node:fs/promises';
import { type Say, reasonOf } from '../say.js';
import { byHand, type Trigger } from './trigger.js';

/** Of what it says, bytes. */
const READ = 1000;

/** Looks once; `seen` is what it gave the time before. Polled: what tells of new files (inotify) does not in all file systems. */
export class FileTrigger {
  /** Of a file that cannot be removed: it pulls once. */
  private stuck: string | null = null;

  constructor(
    private readonly file: string,
    private readonly say: Say,
  ) {}

  async look(): Promise<Trigger | null> {
    const stats = await lstat(this.file).catch(() => null);
    if (stats === null) {
      this.stuck = null;
      return null;
    }
    const mark = `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
    if (mark === this.stuck) return null;
    // A link is not followed, and neither it nor a folder is read.
    const said = stats.isFile() ? await beginning(this.file).catch(() => '') : '';
    try {
      await rm(this.file);
      this.stuck = null;
    } catch (error) {
      this.stuck = mark;
      this.say('warn', { code: 'watch-file-stays', args: { path: this.file, reason: reasonOf(error) } });
    }
    return byHand('file', said.trim() === '' ? `${this.file} appeared` : said);
  }
}

async function beginning(file: string): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(READ), 0, READ, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
