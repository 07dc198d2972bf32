import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { operatorOf, recorderOf, serverOf } from '../../src/evaluate/case-keys.js';

const BUGS = path.join(import.meta.dirname, '..', '..', 'datasets', 'bugs');

describe('serverOf', () => {
  it.each([
    ['redis', 'redis'],
    ['Redis 7.0.15', 'redis'],
    ['redis-7.0.15', 'redis'],
    ['nginx/1.24', 'nginx'],
    ['apache2', 'httpd'],
    ['Apache/2.4.58 (Unix)', 'httpd'],
    ['httpd', 'httpd'],
    ['node.js HTTP server with job queues in Redis (bull)', 'node.js'],
    ['Node.js', 'node.js'],
    ['nodejs', 'node.js'],
    ['openssh (sshd)', 'openssh'],
    ['twemproxy (nutcracker)', 'twemproxy'],
    ['pgbouncer', 'pgbouncer'],
    ['h2o', 'h2o'],
    ['redis-sentinel', 'redis-sentinel'],
    ['', 'unknown'],
  ])('%j is of %j', (system, server) => expect(serverOf({ system })).toBe(server));

  it('goes by the platform where that is given', () => {
    expect(serverOf({ system: 'photo gallery', platform: 'node.js 20' })).toBe('node.js');
    expect(serverOf({ system: 'photo gallery', platform: null })).toBe('photo');
    expect(serverOf({ system: 'nginx', platform: { os: 'linux' } })).toBe('nginx');
  });

  it('groups the shipped cases by server', () => {
    const folders = readdirSync(BUGS, { withFileTypes: true }).filter((e) => e.isDirectory());
    const servers = folders.map(({ name }) =>
      serverOf(JSON.parse(readFileSync(path.join(BUGS, name, 'case.json'), 'utf8'))),
    );
    const count = (server: string) => servers.filter((s) => s === server).length;
    expect([count('node.js'), count('httpd'), count('redis'), count('openssh')]).toEqual([5, 4, 9, 1]);
    for (const server of servers) expect(server).toMatch(/^[a-z.0-9]+$/);
  });
});

describe('operatorOf, recorderOf', () => {
  it('names the fault, without how strong it was', () => {
    expect(operatorOf({ operator: { name: 'sleep', ms: 172 } })).toBe('sleep');
    expect(operatorOf({ operator: 'skip' })).toBe('skip');
    expect(operatorOf({})).toBe(null);
    expect(operatorOf({ operator: { ms: 3 } })).toBe(null);
  });

  it('names the tracer, without its version', () => {
    expect(recorderOf({ recorder: { tool: 'perf 6.1.192' } })).toBe('perf');
    expect(recorderOf({ recorder: { tool: 'strace 6.1' } })).toBe('strace');
    expect(recorderOf({ recorder: null })).toBe(null);
  });
});
