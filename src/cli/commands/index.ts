/** The commands, each loaded only when it is called. */
import type { CommandEntry } from '../command.js';

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'record',
    positional: '[command..]',
    what: 'Record the system calls of a program, as cheaply as this machine allows',
    load: async () => (await import('./record.js')).recordCommand,
  },
  {
    name: 'doctor',
    positional: '',
    what: 'Say what can record on this machine, and what is in the way',
    load: async () => (await import('./doctor.js')).doctorCommand,
  },
  {
    name: 'learn',
    positional: '<profile..>',
    what: 'Learn the signatures of a program from traces with stacks',
    begins: 'read',
    load: async () => (await import('./learn.js')).learnCommand,
  },
  {
    name: 'analyze',
    positional: '<trace..>',
    what: 'Name the functions most likely to blame for an incident',
    begins: 'read',
    load: async () => (await import('./analyze.js')).analyzeCommand,
  },
  {
    name: 'explain',
    positional: '<result> [suspect]',
    what: 'Print all evidence against the suspects of a result, or against one',
    load: async () => (await import('./explain.js')).explainCommand,
  },
  {
    name: 'inspect',
    positional: '<trace..>',
    what: 'Show what is in a trace, and what of it was not understood',
    begins: 'read',
    load: async () => (await import('./inspect.js')).inspectCommand,
  },
  {
    name: 'evaluate',
    positional: '<bugset..>',
    what: 'Measure accuracy over cases of known truth',
    begins: 'evaluate',
    load: async () => (await import('./evaluate.js')).evaluateCommand,
  },
  {
    name: 'regress',
    positional: '<bugset..>',
    what: 'Compare accuracy and costs with a baseline, for a nightly job',
    begins: 'evaluate',
    load: async () => (await import('./regress.js')).regressCommand,
  },
  {
    name: 'compare',
    positional: '<before> <after>',
    what: 'Show what moved between two results or two evaluations',
    load: async () => (await import('./compare.js')).compareCommand,
  },
  {
    name: 'batch',
    positional: '[archive..]',
    what: 'Analyse archives of incidents into a folder of results; resumable',
    begins: 'batch',
    load: async () => (await import('./batch.js')).batchCommand,
  },
  {
    name: 'worker',
    positional: '',
    what: 'Do the work of perfscope batch --queue, on any machine',
    load: async () => (await import('./worker.js')).workerCommand,
  },
  {
    name: 'merge',
    positional: '<folder..>',
    what: 'Merge the results of batches that ran on several machines',
    load: async () => (await import('./merge.js')).mergeCommand,
  },
  {
    name: 'watch',
    positional: '[command..]',
    what: 'Keep the last minutes of a server, and analyse them when an alert fires',
    load: async () => (await import('./watch.js')).watchCommand,
  },
  {
    name: 'trigger',
    positional: '',
    what: 'Tell a running perfscope watch that now is the moment',
    load: async () => (await import('./trigger.js')).triggerCommand,
  },
  {
    name: 'schema',
    positional: '[document]',
    what: 'Print the JSON schema of a document that perfscope writes',
    load: async () => (await import('./schema.js')).schemaCommand,
  },
  {
    name: 'guide',
    positional: '[topic]',
    what: 'Worked recipes, from recording to reading the result',
    load: async () => (await import('./guide.js')).guideCommand,
  },
];
