// Does with a file what perfscope does with files of its kind, in process. A clear error is an answer; what throws is not.
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { analyzeIncident, inspect, learn, RESULT_REPORTERS } from '../../dist/src/index.js';
import { discover } from '../../dist/src/batch/discover.js';
import { parseJournal } from '../../dist/src/batch/journal.js';
import { readManifest } from '../../dist/src/batch/manifest.js';
import { parseAnswer, parseRequest } from '../../dist/src/batch/queue/protocol.js';
import { Refusal } from '../../dist/src/batch/queue/roots.js';
import { BATCH_REPORTERS } from '../../dist/src/batch/report.js';
import { parseDocument } from '../../dist/src/batch/schema.js';
import { Summariser } from '../../dist/src/batch/summary.js';
import { COMMANDS } from '../../dist/src/cli/commands/index.js';
import { readConfig, settingsFor } from '../../dist/src/cli/config.js';
import { readDocument } from '../../dist/src/cli/read-document.js';
import { compareEvaluations, compareResults } from '../../dist/src/coordinator/compare.js';
import { readCase } from '../../dist/src/evaluate/case.js';
import { textOf as decoded } from '../../dist/src/lib/read-within.js';
import { inlinePool } from '../../dist/src/pool/inline-pool.js';
import { parseBaseline } from '../../dist/src/regress/baseline.js';
import { readHistory } from '../../dist/src/regress/history.js';
import { COMPARISON_REPORTERS } from '../../dist/src/report/comparison.js';
import { explanation } from '../../dist/src/report/explanation.js';
import { resultSchema } from '../../dist/src/report/schema.js';
import { archiveMembers } from '../../dist/src/source/archive.js';
import { parseSignatures } from '../../dist/src/signatures/file.js';
import { messageOf, slackText } from '../../dist/src/watch/deliveries/message.js';
import { incidentsPage } from '../../dist/src/watch/face/page.js';
import { incidentSchema } from '../../dist/src/watch/incident.js';
import { Store } from '../../dist/src/watch/store.js';
import { parseWebhook } from '../../dist/src/watch/triggers/alertmanager.js';
import { INCIDENT } from './shipped.js';

const CONTEXT = { width: 80, color: false };
const textOf = (file) => decoded(readFileSync(file));
const run = { pool: inlinePool, jobs: 1 };

/** By the ending of a file's name; anything else is a trace. */
const KINDS = [
  [/\.signatures\.json$/, signatures],
  [/journal\.jsonl$/, (file) => [() => parseJournal(textOf(file).split('\n'))]],
  [/history\.jsonl$/, (file) => [() => readHistory(file)]],
  [/\.jsonl$/, (file) => [() => readManifest(file)]],
  [/\.(?:tar|zip)$/, (file) => [() => discover([file]), () => unpacked(file)]],
  [/\.(?:result|evaluation)\.json$/, (file, whole) => [() => written(file, whole), () => batched(file)]],
  [/\.request\.json$/, (file) => [() => asked(file)]],
  [/\.case\.json$/, ofCase],
  [/\.baseline\.json$/, (file) => [() => parseBaseline(textOf(file), file)]],
  [/\.config\.json$/, (file) => COMMANDS.map((command) => () => configured(file, command))],
  [/\.webhook\.json$/, (file) => [() => alerted(file)]],
  [/\.incident\.json$/, (file) => [() => watched(file)]],
];

/** @param {{ signatures: string, trace: string, results: string[] }} whole what belongs together, undamaged */
export async function examine(file, whole) {
  const [, kind] = KINDS.find(([name]) => name.test(file)) ?? [null, trace];
  for (const look of kind(file, whole)) await answered(look);
}

async function answered(look) {
  try {
    await look();
  } catch (error) {
    // By name: the bundle of the library and the single modules have a class of their own each.
    if (error.name !== 'PerfscopeError' || error.code === 'worker') throw error;
  }
}

function analysed(file, signatures) {
  return async () => {
    const document = await analyzeIncident([file], { ...run, signatures, anyProgram: true });
    const checked = resultSchema.safeParse(document);
    if (!checked.success) throw new Error(`the result is none: ${checked.error.message}`);
    for (const reporter of RESULT_REPORTERS) reporter.render(document, CONTEXT);
  };
}

function trace(file, whole) {
  return [() => inspect([file], run), analysed(file, whole.signatures), () => learn([file], run)];
}

function signatures(file, whole) {
  return [() => parseSignatures(textOf(file), file), analysed(whole.trace, file)];
}

/** A document of perfscope, as `explain` and `compare` read it. */
async function written(file, whole) {
  const document = await readDocument(file);
  if (document.kind === 'result') {
    explanation(document.value, document.value.suspects.slice(0, 3), CONTEXT);
    for (const reporter of RESULT_REPORTERS) reporter.render(document.value, CONTEXT);
  }
  for (const other of whole.results) {
    const { kind, value } = await readDocument(other);
    if (kind !== document.kind) continue;
    const compare = kind === 'result' ? compareResults : compareEvaluations;
    for (const reporter of COMPARISON_REPORTERS) reporter.render(compare(document.value, value), CONTEXT);
  }
}

/** A document in a results folder, as the summary of it reads it. */
function batched(file) {
  const document = parseDocument(textOf(file));
  if (document === null) return;
  const summariser = new Summariser();
  for (const id of ['a', 'b']) summariser.add({ id, name: id, labels: {} }, document);
  for (const reporter of BATCH_REPORTERS) reporter.render(summariser.finish(), CONTEXT);
}

/** The members of an archive, read as those of an incident are. */
async function unpacked(file) {
  for await (const member of archiveMembers(file)) await answered(() => member.bytes());
}

/** What stands in a queue: a request, and what a worker says that it answered. */
function asked(file) {
  let [value, incident] = [null, null];
  try {
    value = JSON.parse(textOf(file));
  } catch {
    // The queue's client has read it as JSON before.
    return;
  }
  const { key, request, answer } = value ?? {};
  try {
    ({ incident } = parseRequest(request, String(key)));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  if (incident !== null) parseAnswer(answer, incident);
}

/** A case's truth, with nothing else beside it. */
function ofCase(file) {
  const folder = `${file}.folder`;
  return [
    async () => {
      mkdirSync(folder);
      try {
        copyFileSync(file, path.join(folder, 'case.json'));
        await readCase(folder);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  ];
}

/** What stands in a config file is of the kind that the command expects, or refused. */
async function configured(file, command) {
  const { options } = await command.load();
  const settings = settingsFor(options, await readConfig(file, path.dirname(file)), {});
  for (const [name, value] of Object.entries(settings)) {
    const { type, array } = options[name];
    const fits = (one) => typeof one === 'string' || typeof one === (type === 'count' ? 'number' : type);
    if (array === true ? !value.every(fits) : !fits(value)) throw new Error(`${name} is ${JSON.stringify(value)}`);
  }
}

/** The body of a webhook: what is taken of it can be kept, and read again. */
function alerted(file) {
  const { firing } = parseWebhook(textOf(file));
  const triggers = firing.map(({ since, ...trigger }) => {
    if (!Number.isFinite(since)) throw new Error(`since ${since}`);
    return { at: new Date(since).toISOString(), ...trigger };
  });
  shown({ ...INCIDENT, triggers });
}

/** What lies in the folder of `watch`. */
async function watched(file) {
  const root = `${file}.folder`;
  try {
    const folder = path.join(root, 'incidents', INCIDENT.id);
    mkdirSync(folder, { recursive: true });
    copyFileSync(file, path.join(folder, 'incident.json'));
    const store = await Store.open(root, () => undefined);
    for (const incident of store.all()) shown(incident);
  } finally {
    rmSync(root, { recursive: true });
  }
}

function shown(value) {
  const incident = incidentSchema.parse(value);
  incidentsPage('host', [incident]);
  slackText(messageOf(incident, '/incidents', 'http://127.0.0.1'));
}
