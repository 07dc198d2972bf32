/** Makes a case of docs/evaluation.md: records it, labels it, and puts it into its place when it is whole. */
import { access, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { CONTROLS, type Control, type ControlName } from './controls.js';
import { writeJson } from './files.js';
import { type Lab, foldersOf } from './lab.js';
import { labelsOf } from './labels.js';
import * as operators from './operators.js';
import { type Incident, type Trigger, recordIncident } from './record/incident.js';
import { profilerOf } from './record/profiler.js';
import { recorderText } from './record/recorder.js';
import { type Screened, oracleFile } from './screen.js';
import type { Server } from './server.js';
import { type Survey, addLearningRuns, callersByName } from './survey.js';
import type { Observed } from './symptoms.js';
import { type Program, languageOf } from './target/program.js';
import { type Circumstances, circumstances, inWords } from './variety.js';

/** What all cases of a server have in common. */
export interface Context {
  readonly lab: Lab;
  readonly server: Server;
  readonly version: string;
  readonly program: Program;
  readonly survey: Survey;
  readonly seed: string;
}

/** Records the case of a screened fault unless it is there; says what became of it. */
export async function faultCase(context: Context, number: number, screened: Screened): Promise<string> {
  return makeCase(context, number, screened.id, { fault: screened }, async (incident, how) => {
    if (incident.symptoms.length === 0) return 'no symptom in the recording';
    const { lab, server, program, survey } = context;
    const oracle = await profilerOf(program).read(oracleFile(lab, server, program, screened.id), program);
    const callersOf = callersByName(program, survey);
    const { oracleCalls, rootOnOracle, mostFrequent, ...labels } = labelsOf(
      screened,
      incident,
      oracle,
      survey.learned.usual,
      callersOf,
    );
    const { fault } = screened;
    const target = program.targets.find(({ symbol }) => symbol === screened.symbol)!;
    const does = operators.inWords(fault, languageOf(program), target);
    const performance = incident.symptoms.some((s) => s !== 'errors');
    return {
      summary: `From triggeredAt on ${screened.function} ${does}. Nothing else changes.`,
      ...labels,
      operator: { name: fault.operator, ...fault, operator: undefined },
      visibleAs: performance ? 'performance' : 'errors only',
      rootInLearning: (survey.learned[how.learning].functions[screened.function]?.calls ?? 0) > 0,
      rootShareOfLearningStacks: Number(screened.share.toFixed(4)),
      rootCallsPerSecondHealthy: Number(screened.rate.toFixed(2)),
      visibility: screened.visibility,
      rootOnAnomalousStacks: rootOnOracle,
      truthEvidence: [
        `${screened.function} was made faulty at its entry at triggeredAt in all processes of the running server, and nothing else changed;`,
        `it was faulty ${incident.hits} times while recording.`,
        `Clients and server: ${compared(incident)}.`,
        `The same fault without any tracing: ${compared(screened)}; ${screened.symptoms.join(', ')}.`,
        `Oracle (stacks, fault already on): ${oracleCalls} calls, ${screened.function} on ${rootOnOracle} of them; most frequent: ${mostFrequent}.`,
        `Its callers seen at run time: ${[...new Set([...incident.callers, ...screened.callers])].join(', ') || 'none recorded'}.`,
      ].join(' '),
    };
  });
}

/** The same for a control. */
export async function controlCase(context: Context, number: number, name: ControlName): Promise<string> {
  const control: Control = CONTROLS[name];
  return makeCase(context, number, `${context.server.name}-control-${name}`, { control }, (incident) => {
    if (control.category === 'external' && incident.symptoms.length === 0)
      return Promise.resolve('the environment had no effect');
    if (control.category === 'none' && incident.symptoms.includes('errors'))
      return Promise.resolve('errors in a healthy server');
    return Promise.resolve({
      summary: `Control: a healthy ${context.server.name}; ${control.what === null ? 'nothing happens' : `from triggeredAt on ${control.what}`}.`,
      category: control.category,
      ...(control.resource && { externalResource: control.resource }),
      rootCauseFunctions: [],
      callPathFunctions: [],
      observableFunctions: [],
      triggeredAt: control.what === null ? null : incident.triggeredAt,
      truthEvidence: `No function was changed. Clients and server: ${compared(incident)}.`,
    });
  });
}

type Truth = Record<string, unknown>;

async function makeCase(
  context: Context,
  number: number,
  id: string,
  trigger: Trigger,
  truthOf: (incident: Incident, how: Circumstances) => Promise<Truth | string>,
): Promise<string> {
  const { lab, server, version, program, survey, seed } = context;
  const { cases, work } = foldersOf(lab, server.name);
  const place = path.join(cases, id);
  if (
    await access(place).then(
      () => true,
      () => false,
    )
  )
    return 'case is there already';
  const making = path.join(work, 'making');
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  const how = circumstances(seed, server.name, number);
  const incident = await recordIncident(lab, server, program, survey.rate, trigger, how, `${seed} ${id}`, making);
  if (typeof incident === 'string') return incident;
  const truth = await truthOf(incident, how);
  if (typeof truth === 'string') return truth;
  await addLearningRuns(lab, server, program, how.learning, making);
  const profiler = profilerOf(program);
  if ('fault' in trigger)
    await copyFile(oracleFile(lab, server, program, id), path.join(making, `oracle.${profiler.extension}.gz`));
  const document = {
    id,
    system: server.name,
    version,
    tracker: 'none (made by scripts/lab)',
    origin: `fault lab, seed ${seed}`,
    functionsInBinary: program.functionsInBinary,
    triggeredAt: incident.triggeredAt,
    oracleTriggeredAt: null,
    recorder: { ...(await recorderText(how.recorder)), profileOptions: await profiler.inWords() },
    circumstances: how,
    environment: inWords(how),
    workload: workloadText(server),
    healthyEvents: incident.healthyEvents,
    anomalousEvents: incident.anomalousEvents,
    faultySeconds: incident.seconds,
    clientSide: { healthy: incident.before, faulty: incident.after, symptoms: incident.symptoms },
    ...truth,
  };
  await writeJson(path.join(making, 'case.json'), document);
  await rename(making, place);
  return `case of category ${String(truth['category'])} (${incident.symptoms.join(', ') || 'no symptom'})`;
}

function workloadText({ shape, load }: Server): string {
  const mix = Object.entries(load.mixes[0]!).map(([kind, weight]) => `${kind} ${weight}`);
  return (
    `${shape}. ${load.clients} closed-loop clients with exponential think time, ${load.idle} idle; mix: ${mix.join(', ')}. ` +
    'Learning runs: the same kinds in other shares.'
  );
}

function compared({ before, after }: { before: Observed; after: Observed }): string {
  const clients = ({ clients: c }: Observed) =>
    `${c.rate}/s, p50 ${c.p50} ms, p95 ${c.p95} ms, ${(100 * c.errorShare).toFixed(1)} % errors`;
  const both = (key: 'cpu' | 'descriptors') => `${before.server[key]} -> ${after.server[key]}`;
  return `${clients(before)} before; ${clients(after)} after; processors ${both('cpu')}, descriptors ${both('descriptors')}`;
}
