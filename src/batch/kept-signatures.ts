/** Signatures that stay in memory between incidents. */
import type { SignatureDatabase } from '../signatures/database.js';

/** Contexts of all that a thread keeps, at most: some 40 MB. A program has a few thousand. */
const MOST_CONTEXTS = 20_000;

/**
 * The databases that were used last. Incidents of one program follow each other, with the same signatures: reading and checking these, and
 * making ready what methods look up in them (which is kept as long as the database is), takes as long as a small incident does.
 */
export class KeptSignatures {
  /** In the order of their last use. */
  private readonly kept = new Map<string, SignatureDatabase>();

  constructor(private readonly mostContexts = MOST_CONTEXTS) {}

  /** The database of what `key` stands for, read if it is not at hand. What cannot be read is read again the next time. */
  async get(key: string, read: () => Promise<SignatureDatabase>): Promise<SignatureDatabase> {
    const db = this.kept.get(key) ?? (await read());
    this.kept.delete(key);
    this.kept.set(key, db);
    let contexts = 0;
    for (const { model } of this.kept.values()) contexts += model.contexts.length;
    for (const [oldest, { model }] of this.kept) {
      if (contexts <= this.mostContexts) break;
      this.kept.delete(oldest);
      contexts -= model.contexts.length;
    }
    return db;
  }
}
