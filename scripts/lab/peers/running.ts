/** A peer that runs beside the server. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface PeerMood {
  /** Mean answer time beyond the usual, ms. */
  readonly delayMs: number;
  /** Share of the requests that are not answered in time. */
  readonly loss: number;
}

export class RunningPeer {
  private constructor(private readonly process: ChildProcess) {}

  static start(kind: string, port: number): RunningPeer {
    const module = fileURLToPath(new URL(`${kind}.js`, import.meta.url));
    return new RunningPeer(fork(module, [String(port)], { stdio: 'ignore' }));
  }

  mood(mood: PeerMood): void {
    this.process.send(mood);
  }

  stop(): void {
    this.process.kill('SIGKILL');
  }
}
