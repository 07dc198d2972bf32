/** The page of an incident beside its result: pages/ID.html, of results that were made to be drawn (`batch --pages`). */
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { htmlReporter } from '../report/html.js';
import { PLAIN } from '../report/reporter.js';
import type { ResultDocument } from '../result.js';
import { removeTemporaries, writeAtomic } from '../lib/atomic.js';
import { makeFolder } from '../lib/make-folder.js';
import { resultFile } from './incident.js';

export class Pages {
  /** Ids of incidents that have a page. */
  readonly ids = new Set<string>();

  private constructor(
    private readonly folder: string,
    private readonly results: string,
    /** There may be pages of a run before. */
    private there: boolean,
  ) {}

  static async open(folder: string, results: string): Promise<Pages> {
    const at = path.join(folder, 'pages');
    const there = await stat(at).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (there) await removeTemporaries(at);
    return new Pages(at, results, there);
  }

  /** Writes the page of a result, where it is not there yet; one without a timeline has none. */
  async write(id: string, document: ResultDocument | null): Promise<void> {
    const file = path.join(this.folder, `${id}.html`);
    if (document?.timeline === undefined) {
      if (this.there) await rm(file, { force: true });
      return;
    }
    if (!this.there) await makeFolder(this.folder);
    this.there = true;
    if (await isOlder(file, resultFile(this.results, id)))
      await writeAtomic(file, htmlReporter.render(document, PLAIN));
    this.ids.add(id);
  }
}

/** Whether it was made before the result that it is made of, or not at all. */
async function isOlder(file: string, result: string): Promise<boolean> {
  const [page, source] = await Promise.all([file, result].map((f) => stat(f).catch(() => null)));
  return page == null || source == null || page.mtimeMs <= source.mtimeMs;
}
