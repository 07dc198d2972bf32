import { readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { command } from '../../src/watch/deliveries/command.js';
import { linesOf, slackText } from '../../src/watch/deliveries/message.js';
import { askedToWait, webhook } from '../../src/watch/deliveries/webhook.js';
import { folders, message } from './helpers/parts.js';

const forever = new AbortController().signal;
const folder = folders();

describe('what is said of an incident', () => {
  it('verdict and functions, for people', () => {
    expect(linesOf(message())).toEqual([
      'db1: bug, the program misbehaves - Slow: <it> is & slow',
      '1. snr_resolution_cb (90 % sure)',
      '2. a_rather_long_function_name_that_must_be_cut_somewhere_in_the_middle (40 % sure, as likely as 1 other)',
      '3. dns_send_query (40 % sure, as likely as 1 other)',
      'http://db1:9464/pages/20261129T160317Z-00.html',
    ]);
  });

  it('why there is no result', () => {
    const failed = message({ state: 'failed', outcome: null, failure: 'no snapshot: the disk is full' });
    expect(linesOf(failed)).toEqual([
      'db1: no analysis - Slow: <it> is & slow',
      'no snapshot: the disk is full',
      '/var/lib/perfscope/incidents/A',
    ]);
    expect([failed.status, failed.result, failed.url]).toEqual(['failed', null, null]);
  });

  it('for Slack without anything that it would take for markup', () => {
    expect(slackText(message()).text.split('\n')[0]).toBe(
      'db1: bug, the program misbehaves - Slow: &lt;it&gt; is &amp; slow',
    );
  });
});

describe('a webhook', () => {
  let server: Server | null = null;
  afterEach(() => void server?.close());

  async function listener(status: number, headers = {}) {
    const got: { request: IncomingMessage; body: string }[] = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => (body += piece.toString()));
      request.on('end', () => {
        got.push({ request, body });
        response.writeHead(status, { location: 'http://127.0.0.1:1/', ...headers }).end('x');
      });
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return { got, address: `127.0.0.1:${(server.address() as AddressInfo).port}/secret` };
  }

  it.each(['json', 'slack'] as const)('posts %s', async (shape) => {
    const { got, address } = await listener(200);
    await webhook(shape, `http://me:pass%20word@${address}`, '--webhook').send(message(), forever);
    expect(JSON.parse(got[0]!.body)).toEqual(shape === 'json' ? message() : slackText(message()));
    expect(got[0]!.request.method).toBe('POST');
    expect(got[0]!.request.headers).toMatchObject({
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from('me:pass word').toString('base64')}`,
    });
  });

  it.each([
    [404, false],
    [410, false],
    [429, true],
    [503, true],
  ])('that answers with %d', async (status, again) => {
    const { address } = await listener(status);
    const sent = webhook('json', `http://${address}`, '--webhook').send(message(), forever);
    await expect(sent).rejects.toMatchObject({ message: `it answered with ${status}`, again });
  });

  it('that asks to wait, as Slack does', async () => {
    const { address } = await listener(429, { 'retry-after': '30' });
    const sent = webhook('slack', `http://${address}`, '--slack').send(message(), forever);
    await expect(sent).rejects.toMatchObject({ again: true, after: 30_000 });
  });

  it.each([
    [null, 0],
    ['0', 0],
    ['120', 120_000],
    ['Tue, 01 Dec 2026 03:00:10 GMT', 10_000],
    ['Tue, 01 Dec 2026 02:00:00 GMT', 0],
    ['soon', 0],
  ])('Retry-After: %s', (header, ms) => expect(askedToWait(header, Date.UTC(2026, 11, 1, 3))).toBe(ms));

  it('follows nobody elsewhere, and tells why nobody answers', async () => {
    const { address } = await listener(302);
    await expect(webhook('json', `http://${address}`, '--webhook').send(message(), forever)).rejects.toThrow();
    await expect(webhook('json', 'http://127.0.0.1:1/', '--webhook').send(message(), forever)).rejects.toMatchObject({
      message: expect.stringMatching(/ECONNREFUSED|bad port/) as string,
      again: true,
    });
  });

  it('its name tells no secret, and is that of its address', () => {
    const name = (address: string) => webhook('slack', address, '--slack').name;
    expect(name('https://hooks.example/T0/secret')).toMatch(/^slack:hooks\.example:[0-9a-f]{8}$/);
    expect(name('https://hooks.example/T0/secret')).not.toBe(name('https://hooks.example/T0/other'));
    for (const bad of ['hooks.example', 'ftp://a/secret', ''])
      expect(() => webhook('json', bad, '--webhook')).toThrow(/^--webhook: not an address$/);
  });
});

describe('a command', () => {
  const script = (text: string) => {
    const at = path.join(folder(), 'run.sh');
    writeFileSync(at, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return at;
  };

  it('gets the message and the places, and its arguments as they are', async () => {
    const at = script('cat > "$1"; echo "$2|$PERFSCOPE_VERDICT|$PERFSCOPE_RESULT|${PERFSCOPE_TOKEN-none}" >> "$1"');
    const out = path.join(folder(), 'out');
    process.env['PERFSCOPE_TOKEN'] = 'secret';
    await command(JSON.stringify([at, out, '$(id) `id`']), '--exec').send(message(), forever);
    delete process.env['PERFSCOPE_TOKEN'];
    const [json, line] = readFileSync(out, 'utf8').split('\n');
    expect(JSON.parse(json!)).toEqual(message());
    expect(line).toBe('$(id) `id`|bug|/var/lib/perfscope/incidents/A/result.json|none');
  });

  it('that fails says why', async () => {
    const run = (text: string) => command(script(text), '--exec').send(message(), forever);
    await expect(run('echo "no route" >&2; exit 3')).rejects.toThrow('it ended with 3: no route');
    await expect(run('kill -9 $$')).rejects.toThrow('it was killed (SIGKILL)');
    await expect(command('/does/not/exist', '--exec').send(message(), forever)).rejects.toThrow('ENOENT');
  });

  it('that does not end is ended, with what it started', async () => {
    const pid = path.join(folder(), 'pid');
    const stop = new AbortController();
    const sent = command(JSON.stringify([script(`sleep 60 & echo $! > ${pid}; wait`)]), '--exec').send(
      message(),
      stop.signal,
    );
    const child = () => {
      try {
        return Number(readFileSync(pid, 'utf8'));
      } catch {
        return 0;
      }
    };
    while (child() === 0) await new Promise((r) => setTimeout(r, 5));
    stop.abort();
    await expect(sent).rejects.toThrow('killed');
    const alive = () => {
      try {
        // Z: it has ended, and nobody has asked yet.
        return !/\) Z /.test(readFileSync(`/proc/${child()}/stat`, 'utf8'));
      } catch {
        return false;
      }
    };
    while (alive()) await new Promise((r) => setTimeout(r, 5));
  });

  it.each(['[]', '["a", 1]', '[', '["a\\u0000"]'])('%s is none', (text) =>
    expect(() => command(text, '--exec')).toThrow('not a command'),
  );
});
