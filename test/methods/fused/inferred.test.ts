import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CallGraph } from '../../../src/binary/call-graph.js';
import { readBinary } from '../../../src/binary/file.js';
import { fusedMethod } from '../../../src/methods/fused/fused.js';
import { DEFAULT_PARAMETERS } from '../../../src/parameters.js';
import { suspectsOf } from '../../../src/methods/suspects.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { graphFrom } from '../../helpers/call-graph.js';
import { type Line, serve, traceText } from '../../helpers/server.js';
import { traceFromText } from '../../helpers/trace.js';

const LEARNED = learnSignatures([traceFromText(traceText(serve({ to: 30, rate: 20, stacks: true })))], {
  parameters: DEFAULT_PARAMETERS,
});

/** Requests from second 20 on are answered so: read, then `calls` again and again. */
function incident(calls: readonly string[]): Line[] {
  const lines = serve({ to: 40, rate: 20 }).filter(([t, text]) => t < 20 || text.startsWith('1/2 '));
  for (let t = 20.01; t < 40; t += 0.05) {
    lines.push([t, `1/1 ${t.toFixed(6)} epoll_wait:epoll=1 +0.0001`]);
    lines.push([t + 0.001, `1/1 ${(t + 0.001).toFixed(6)} read:tcp=120 +0.0001`]);
    for (let i = 0; i < 8; i++)
      calls.forEach((call, k) => {
        const at = t + 0.002 + i * 0.004 + k * 0.001;
        lines.push([at, `1/1 ${at.toFixed(6)} ${call} +0.0001`]);
      });
  }
  return lines;
}

function analyse(lines: readonly Line[], callGraph?: CallGraph) {
  const trace = traceFromText(traceText(lines));
  const window = { fromNs: 0, toNs: trace.endNs + 1 };
  const parameters = DEFAULT_PARAMETERS;
  return fusedMethod({ trace, signatures: LEARNED, parameters, ...window, callGraph });
}
const names = (outcome: ReturnType<typeof analyse>) => outcome.ranked.map((f) => f.name);
const score = (outcome: ReturnType<typeof analyse>, name: string) =>
  outcome.ranked.find((f) => f.name === name)?.score ?? 0;

/** What learning saw of the server, as its binary has it. */
const KNOWN = 'main>loop loop>onRequest onRequest>readRequest onRequest>serveFile onRequest>sendReply keeper>saveAll';
/** Answers are written again and again. */
const RESENT = incident(['write:tcp=EAGAIN']);
/** A call that learning never saw at all. */
const DRAINED = incident(['recvfrom:tcp=EAGAIN']);

describe('functions that learning never saw', () => {
  it('join the suspects where they lie between the last known context and the odd call', () => {
    const outcome = analyse(RESENT, graphFrom(`${KNOWN} onRequest>resend resend>sendReply keeper>other other>saveAll`));
    const found = outcome.ranked.find((f) => f.name === 'resend')!;
    expect(found).toMatchObject({ function: -1, inferred: true, callPath: ['onRequest', 'loop', 'main'] });
    expect(found.evidence[0]!.message).toMatchObject({ code: 'inferred-between', args: { issuer: 'sendReply' } });
    expect(found.score).toBeLessThan(score(outcome, 'sendReply'));
    expect(names(outcome)).not.toContain('other');
    expect(suspectsOf([found], LEARNED, 1)[0]).toMatchObject({ function: 'resend', object: 'app', inferred: true });
  });

  it('weigh the less, the more alternatives there are', () => {
    const one = analyse(RESENT, graphFrom(`${KNOWN} onRequest>resend resend>sendReply`));
    const two = analyse(RESENT, graphFrom(`${KNOWN} onRequest>resend resend>sendReply onRequest>late late>sendReply`));
    expect(score(two, 'resend')).toBeLessThan(score(one, 'resend'));
    expect(score(two, 'late')).toBe(score(two, 'resend'));
    const busy = analyse(RESENT, graphFrom(`${KNOWN} onRequest>resend resend>sendReply a>resend b>resend c>resend`));
    expect(score(busy, 'resend')).toBeLessThan(score(one, 'resend'));
  });

  it('are all there is to blame for a call that learning never saw', () => {
    expect(names(analyse(DRAINED)).filter((name) => name === 'drain')).toEqual([]);
    const outcome = analyse(
      DRAINED,
      graphFrom(`${KNOWN} onRequest>drain drain>recv@ drain>log log>write@ keeper>also also>recv@`),
    );
    expect(outcome.verdict).toBe('bug');
    expect(names(outcome)).toContain('drain');
    expect(names(outcome)).not.toContain('also');
    expect(names(outcome)).not.toContain('log');
    expect(outcome.ranked.find((f) => f.inferred)!.evidence[0]!.message.code).toBe('inferred-issuer');
  });

  it('change nothing without a binary, or with one that says nothing', () => {
    const without = analyse(RESENT);
    expect(without.ranked.length).toBeGreaterThan(0);
    expect(without.ranked.some((f) => f.inferred)).toBe(false);
    expect(analyse(RESENT, graphFrom(KNOWN))).toEqual(without);
    expect(analyse(RESENT, graphFrom('other>program program>resend'))).toEqual(without);
    const healthy = graphFrom(`${KNOWN} onRequest>resend resend>sendReply`);
    const quiet = analyse(serve({ to: 40, rate: 20 }), healthy);
    expect(quiet.verdict).toBe('none');
    expect(quiet.ranked.some((f) => f.inferred)).toBe(false);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'perfscope-inferred-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SOURCE = `
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#define HERE __attribute__((noinline)) static
char buffer[4096];
volatile int bad, readers;
HERE int readRequest(int fd) { return read(fd, buffer, 120) + 1; }
HERE int serveFile(int fd) { int f = open("x", 0); return read(f, buffer, 4000) + close(f); }
HERE int sendReply(int fd) { return write(fd, buffer, 500) + 1; }
/* Made no system call as long as nobody was late. */
HERE int drainLate(int fd) { int n = 0; while (readers) n += recv(fd, buffer, 1, 0) < 0; return n; }
HERE int unrelated(int fd) { return recv(fd, buffer, 2, 0) + 1; }
HERE int onRequest(int fd) { int n = readRequest(fd); if (readers) n += serveFile(fd); if (bad) n += drainLate(fd); return n + sendReply(fd); }
HERE int loop(int fd) { int n = 0; while (bad < 3) n += onRequest(fd); return n; }
HERE int saveAll(int fd) { return write(fd, buffer, 4096) + fsync(fd); }
int keeper(int fd) { sleep(1); return saveAll(fd) + (bad ? unrelated(fd) : 1); }
int main(int argc, char **argv) { return loop(argc) + keeper(argc); }
`;
const hasCompiler = (() => {
  try {
    execFileSync('gcc', ['--version'], { stdio: 'ignore' });
    return process.arch === 'x64' && process.platform === 'linux';
  } catch {
    return false;
  }
})();

describe.skipIf(!hasCompiler)('with a compiled server (needs gcc on x86-64)', () => {
  it.each(['-O0', '-O2', '-O2 -fno-plt'])('%s', async (flags) => {
    const file = join(folder, 'app');
    writeFileSync(`${file}.c`, SOURCE);
    execFileSync('gcc', [...flags.split(' '), '-w', '-o', file, `${file}.c`]);
    const { callGraph } = await readBinary(file);
    const outcome = analyse(DRAINED, callGraph!);
    const inferred = outcome.ranked.filter((f) => f.inferred);
    expect(inferred.map((f) => f.name)).toEqual(['drainLate']);
    expect(inferred[0]!.callPath).toEqual(['onRequest', 'loop', 'main']);
    const without = analyse(DRAINED);
    expect(without.ranked.some((f) => f.inferred)).toBe(false);
  });
});
