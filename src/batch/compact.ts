/**
 * Records come in as copies: from threads, other machines, the journal. A folder may hold 100,000 of them, so what a job says already,
 * and what many records say, is kept once.
 */
import type { IncidentJob, IncidentRecord, Used } from './job.js';

export class Compact {
  /** Signatures and profiles: of many incidents. */
  private readonly used = new Map<string, Used>();

  /** The record of a job, to be kept as long as the job. */
  record(record: IncidentRecord, job: IncidentJob): IncidentRecord {
    const { id, name, labels, recipe, archive, inputs } = job;
    const used = record.used.map((u) => {
      const input = inputs.find((i) => i.name === u.name);
      return input === undefined ? this.sameUsed(u) : { ...u, name: input.name };
    });
    return { ...record, id, name, labels, recipe, archive, used };
  }

  private sameUsed(used: Used): Used {
    const key = `${used.sha256} ${used.stamp} ${used.name}`;
    const known = this.used.get(key) ?? used;
    this.used.set(key, known);
    return known;
  }
}

/** Gives equal texts as one. */
export class Texts {
  private readonly known = new Map<string, string>();

  one(text: string): string {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    this.known.set(text, text);
    return text;
  }
}
