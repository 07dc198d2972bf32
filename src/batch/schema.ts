/**
 * What is read back from where others may have written: a queue, the journal of a folder, answers of workers. Every text has a
 * limit, and what becomes the name of a file is a name. Pure. Loaded on demand: a run that finds nothing of an earlier one needs none of it,
 * and zod takes longer to load than the rest of the command.
 */
import { z } from 'zod';
import { METHODS } from '../methods/registry.js';
import { FORMATS } from '../formats/index.js';
import { ARCHITECTURES } from '../formats/syscalls/index.js';
import { PARAMETERS, type ParameterSpec } from '../parameters.js';
import { resultSchema } from '../report/schema.js';
import { type FailureDocument, type IncidentDocument, type IncidentRecord, type InputRef, twice } from './job.js';
import type { Holder } from './lock.js';
import { printable } from './printable.js';

/** No path, no hidden file, and with the key of a request behind it no longer than a file's name may be. */
const ID = /^[A-Za-z0-9=_-][A-Za-z0-9._=-]{0,90}$/;
/** PATH_MAX; nothing that is told of an incident is longer. */
const text = z
  .string()
  .max(4096)
  .refine((s) => !s.includes('\0'), 'has a NUL byte');
const told = text.nullable();
const size = z.int().nonnegative();
const path = text.regex(/^\//, 'is no absolute path');

const MAX_LABELS = 256;
/** Threads of one recording of `strace -ff`. */
const MAX_INPUTS = 50_000;

export const idSchema = z.string().regex(ID, 'is no name of a result');

const named = { name: text.min(1), size };
const ref = z.discriminatedUnion('kind', [
  z.object({ ...named, kind: z.literal('file'), path }),
  z.object({ ...named, kind: z.literal('member'), archive: path, member: text, at: size.optional() }),
  z.object({ ...named, kind: z.literal('s3'), url: text.regex(/^s3:\/\/[^/]+\/./, 'is no object'), etag: text }),
]) satisfies z.ZodType<InputRef>;

const labels = z
  .record(text, text)
  .refine((l) => Object.keys(l).length <= MAX_LABELS, `has more than ${MAX_LABELS} labels`);

const parameters = Object.fromEntries(
  Object.entries(PARAMETERS).map(([name, { min, max }]: [string, ParameterSpec]) => [
    name,
    z.number().min(min).max(max),
  ]),
) as Record<keyof typeof PARAMETERS, z.ZodNumber>;

const options = z.object({
  method: z.enum(METHODS.map((m) => m.name)),
  parameters: z.object(parameters),
  top: z.int().nonnegative(),
  anyProgram: z.boolean(),
  pages: z.boolean(),
  format: z.enum(FORMATS.map((f) => f.id)).nullable(),
  parse: z.object({
    columns: z.record(text, text).optional(),
    timeUnit: z.enum(['s', 'ms', 'us', 'ns']).optional(),
    delimiter: z.string().max(16).optional(),
    header: z.boolean().optional(),
    architecture: z.enum(ARCHITECTURES).optional(),
  }),
  cache: text.nullable(),
});

/** The job of an incident; keys that it does not know are left out. */
export const jobSchema = z
  .object({
    id: idSchema,
    name: text.min(1),
    inputs: z.array(ref).min(1).max(MAX_INPUTS),
    profiles: z.array(ref).max(MAX_INPUTS),
    candidates: z.array(z.object({ ref, program: told })).max(MAX_INPUTS),
    learn: z.boolean(),
    program: told,
    version: told,
    labels,
    from: told,
    to: told,
    window: told,
    options,
    recipe: text,
  })
  .refine(
    ({ inputs, profiles, candidates }) => twice([...inputs, ...profiles, ...candidates.map((c) => c.ref)]) === null,
    'has two files of one name',
  );

export const recordSchema = z.object({
  id: idSchema,
  name: text,
  labels,
  recipe: text,
  status: z.enum(['ok', 'failed']),
  code: z
    .string()
    .regex(/^[a-z-]{1,40}$/)
    .nullable(),
  attempts: z.int().nonnegative(),
  used: z.array(z.object({ name: text, stamp: text, sha256: text })).max(MAX_INPUTS),
  result: text,
  seconds: z.number().nonnegative(),
  archive: text.optional(),
});

const failureSchema = z.object({
  schemaVersion: z.literal(1),
  tool: z.object({ name: z.literal('perfscope'), version: z.string() }),
  status: z.literal('failed'),
  incident: z.string(),
  error: z.object({
    code: z.string(),
    message: z.string(),
    place: z.object({ path: z.string().optional(), line: z.number().optional(), offset: z.number().optional() }),
    advice: z.string(),
  }),
  attempts: z.number(),
});

const holderSchema = z.object({
  pid: z.int().positive(),
  host: z.string().min(1),
  boot: z.string(),
  started: z.string(),
});

/** What a lock file says of who holds it; null for what is no lock. */
export function parseHolder(text: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** A line of a journal; null for what is none. */
export function parseRecord(value: unknown): IncidentRecord | null {
  const { success, data } = recordSchema.safeParse(value);
  return success ? (data as IncidentRecord) : null;
}

/** What stands in a result file; null for what is no document of an incident. */
export function parseDocument(json: string): IncidentDocument | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  const failed = typeof value === 'object' && value !== null && 'error' in value;
  if (!(failed ? failureSchema : resultSchema).safeParse(value).success) return null;
  return value as FailureDocument | IncidentDocument;
}

/** What is wrong with a value, in a few printable words. */
export function complaint({ issues }: z.ZodError): string {
  const [first] = issues;
  const place = first?.path.map(String).join('.') ?? '';
  return printable(`${place === '' ? 'it' : place}: ${first?.message ?? 'is not as it should be'}`);
}
