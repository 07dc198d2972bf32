/** What the lab has to know of a server. One file of servers/ a server: docs/lab.md says how to add one. */
import type { ControlName } from './controls.js';
import type { ClientModule } from './load/client.js';
import type { Hooks } from './target/program.js';

/** uid and gid of `nobody` and its group. */
export const NOBODY = 65534;

/** Where an instance runs. */
export interface Place {
  /** An empty folder of its own, writable for the server. */
  readonly folder: string;
  /** What `build` put into $PREFIX. */
  readonly prefix: string;
  /** Stacks are going to be recorded: a virtual machine has to run its program so that they can be. */
  readonly stacks: boolean;
  /** Of the slots of its hooks, for a server in Java. */
  readonly table: string;
  /** Loopback, free; so are the nine ports behind it. */
  readonly port: number;
  /** Where the peer listens, when the server has one. */
  readonly peerPort: number;
}

export interface Launch {
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Server {
  /** The name of its file in servers/. */
  readonly name: string;
  /** Debian source package. Without one, the server is what the first of `buildPackages` has installed. */
  readonly source?: string;
  /** Debian packages without which it does not build. */
  readonly buildPackages: readonly string[];
  /**
   * Shell lines run in the unpacked source, with CFLAGS, CXXFLAGS, JOBS, PREFIX, the lab's padding in FLAGS, and the folders of go/,
   * java/ and rust/ in LAB_GO, LAB_JAVA and LAB_RUST.
   */
  readonly build: readonly string[];
  /** Its program, below $PREFIX. */
  readonly program: string;
  /** Of programs that have hooks instead of padding: the language, and the list that go/hook or java/hook wrote below $PREFIX. */
  readonly hooks?: { readonly language: Hooks['language']; readonly list: string };
  /** Of a program in Rust: the crates that rust/padded pads (they are in PADDED), which alone can be faulty. */
  readonly crates?: readonly string[];
  /** In words, for the cases: what kind of server it is. */
  readonly shape: string;
  /** Several threads or processes do the same work, so that a lock can be contended for. */
  readonly concurrent: boolean;
  /** Processes come and go by design, so that the end of one is no crash. */
  readonly processesComeAndGo: boolean;
  /** Runs as `nobody`: some servers refuse root. */
  readonly unprivileged?: boolean;
  /** Signal on which it ends at once and leaves nothing behind; it is killed otherwise. */
  readonly stopSignal?: NodeJS.Signals;
  /** Time from listening to being ready, ms. */
  readonly settleMs?: number;
  /** What it talks to. */
  readonly peer?: 'http' | 'postgres' | 'smtp' | 'dns';
  /** Writes its configuration. */
  launch(place: Place): Promise<Launch>;
  readonly load: LoadShape;
  /** Which controls make sense for it. */
  readonly controls: readonly ControlName[];
}

/** Closed-loop clients with exponential think time. */
export interface LoadShape {
  /** The module of load/ that speaks its protocol. */
  readonly protocol: string;
  readonly clients: number;
  /** Clients that connect and stay silent. */
  readonly idle: number;
  /** Mean, ms. */
  readonly thinkMs: number;
  /** Shares of kinds of requests: the first is the incident's, learning runs take the others in turn. */
  readonly mixes: readonly Readonly<Record<string, number>>[];
  /** Heavier, seldom seen kinds, for the control `burst`. */
  readonly burst: readonly string[];
}

/** Every file of servers/ that is asked for. */
export async function loadServer(name: string): Promise<Server> {
  const module = (await import(new URL(`servers/${name}.js`, import.meta.url).href)) as { server: Server };
  return module.server;
}

export async function loadProtocol(name: string): Promise<ClientModule> {
  return (await import(new URL(`load/${name}.js`, import.meta.url).href)) as ClientModule;
}
