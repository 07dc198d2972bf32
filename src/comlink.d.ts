/**
 * Comlink's files for ES modules, which its package.json does not offer to Node: what `import 'comlink'` gives is its file
 * for scripts of old, searched for exports at every start. Types are the package's own.
 */
declare module 'comlink/dist/esm/comlink.mjs' {
  export * from 'comlink';
}

/** The adapter for Node's message ports. */
declare module 'comlink/dist/esm/node-adapter.mjs' {
  import type { Endpoint } from 'comlink';
  import type { MessagePort } from 'node:worker_threads';
  export default function nodeEndpoint(port: MessagePort): Endpoint;
}
