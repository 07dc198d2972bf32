/** A store that speaks as much of S3 as perfscope asks of one: ListObjectsV2, GetObject, PutObject, addressed by path. */
import { createHash } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

const KEYS_A_PAGE = 5;

export class ObjectStore {
  /** By BUCKET/KEY. */
  readonly objects = new Map<string, Buffer>();
  readonly gets: string[] = [];
  private readonly server = createServer((request, response) => void this.answer(request, response));

  static async start(): Promise<ObjectStore> {
    const store = new ObjectStore();
    await new Promise<void>((resolve) => store.server.listen(0, '127.0.0.1', resolve));
    return store;
  }

  /** What the SDK needs to know. */
  get env(): NodeJS.ProcessEnv {
    const { port } = this.server.address() as AddressInfo;
    return {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_MAX_ATTEMPTS: '1',
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://store');
    const path = decodeURIComponent(url.pathname).replace(/^\/|\/$/g, '');
    const [bucket] = path.split('/');
    const body = await buffer(request);
    const send = (status: number, text: string | Buffer, headers = {}) => response.writeHead(status, headers).end(text);
    const known = [...this.objects.keys()].some((k) => k.startsWith(`${bucket}/`));
    if (!known)
      return void send(404, '<Error><Code>NoSuchBucket</Code><Message>There is no such bucket</Message></Error>');
    if (url.searchParams.has('list-type')) return void send(200, this.listing(bucket!, url.searchParams));
    if (request.method === 'PUT') {
      this.objects.set(path, body);
      return void send(200, '', { etag: etagOf(body) });
    }
    this.gets.push(path);
    const found = this.objects.get(path);
    if (found === undefined) send(404, '<Error><Code>NoSuchKey</Code><Message>There is no such key</Message></Error>');
    else send(200, found, { etag: etagOf(found), 'content-length': found.length });
  }

  private listing(bucket: string, query: URLSearchParams): string {
    const prefix = `${bucket}/${query.get('prefix') ?? ''}`;
    const keys = [...this.objects.keys()].filter((k) => k.startsWith(prefix)).sort();
    const from = Number(query.get('continuation-token') ?? 0);
    const rows = keys.slice(from, from + KEYS_A_PAGE).map((key) => {
      const bytes = this.objects.get(key)!;
      const name = key.slice(bucket.length + 1);
      return `<Contents><Key>${name}</Key><Size>${bytes.length}</Size><ETag>${etagOf(bytes)}</ETag></Contents>`;
    });
    const more = from + KEYS_A_PAGE < keys.length;
    const next = more ? `<NextContinuationToken>${from + KEYS_A_PAGE}</NextContinuationToken>` : '';
    return `<ListBucketResult>${next}<IsTruncated>${more}</IsTruncated>${rows.join('')}</ListBucketResult>`;
  }
}

const etagOf = (bytes: Buffer) => `"${createHash('md5').update(bytes).digest('hex')}"`;
