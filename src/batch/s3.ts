/**
 * Objects of S3 and of stores that speak its protocol, through the AWS SDK, which is loaded when an address says `s3://`
 * and is not installed with perfscope. Credentials, region and endpoint are the SDK's own: AWS_PROFILE, AWS_REGION,
 * AWS_ENDPOINT_URL.
 */
import { PerfscopeError } from '../errors.js';
import type { InputRef } from './job.js';
import { loadOptional } from './optional.js';

const ADVICE = 'Check address, region and credentials.';
const PACKAGE = '@aws-sdk/client-s3';

/** The part of the SDK that is used here: it is no dependency, so its types may be missing. */
interface Sdk {
  readonly S3Client: new (config: object) => Client;
  readonly ListObjectsV2Command: new (input: object) => unknown;
  readonly GetObjectCommand: new (input: object) => unknown;
  readonly PutObjectCommand: new (input: object) => unknown;
}
interface Client {
  send(command: unknown, options?: { abortSignal?: AbortSignal | undefined }): Promise<unknown>;
}
interface Listing {
  readonly Contents?: readonly { readonly Key?: string; readonly Size?: number; readonly ETag?: string }[];
  readonly NextContinuationToken?: string;
}

interface Connection {
  readonly sdk: Sdk;
  readonly client: Client;
}

let connection: Promise<Connection> | null = null;

/** Stores in one's own house have rarely a name in DNS for each bucket; the SDK can be told of that by code alone. */
function ownEndpoint(): boolean {
  return (process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL ?? '') !== '';
}

/** One client a thread: it keeps its connections open. */
export function connectS3(): Promise<Connection> {
  connection ??= loadOptional('s3://', PACKAGE, loadSdk).then((module) => {
    const sdk = module as Sdk;
    return { sdk, client: new sdk.S3Client({ forcePathStyle: ownEndpoint() }) };
  });
  return connection;
}

const loadSdk = (): Promise<unknown> => import(PACKAGE);

export function parseS3(url: string): { bucket: string; key: string } {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/.exec(url);
  if (match === null) throw new PerfscopeError('usage', `${url}: no address of S3`, {}, 'Write s3://BUCKET/PREFIX.');
  return { bucket: match[1]!, key: match[2]! };
}

/** The objects below an address, in order of their keys, with names below it. */
export async function listObjects(url: string, signal?: AbortSignal): Promise<InputRef[]> {
  const { bucket, key } = parseS3(url);
  const { sdk, client } = await connectS3();
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
  const refs: InputRef[] = [];
  let token: string | undefined;
  do {
    const input = { Bucket: bucket, Prefix: prefix, ContinuationToken: token };
    const page = (await sent(client, new sdk.ListObjectsV2Command(input), url, signal)) as Listing;
    for (const { Key = '', Size = 0, ETag = '' } of page.Contents ?? []) {
      const name = Key.slice(prefix.length);
      if (name !== '' && !Key.endsWith('/'))
        refs.push({ kind: 's3', name, size: Size, etag: ETag, url: `s3://${bucket}/${Key}` });
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return refs;
}

/** @throws PerfscopeError 'input-missing'; 'input-too-large' for more bytes than `most` */
export async function fetchObject(url: string, most: number, signal?: AbortSignal): Promise<Uint8Array> {
  const { bucket, key } = parseS3(url);
  const { sdk, client } = await connectS3();
  const { Body, ContentLength = 0 } = (await sent(
    client,
    new sdk.GetObjectCommand({ Bucket: bucket, Key: key }),
    url,
    signal,
  )) as { Body: AsyncIterable<Uint8Array> & { destroy?: () => void }; ContentLength?: number };
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    if (ContentLength > most) throw tooLarge(url, most);
    for await (const part of Body) {
      parts.push(part);
      length += part.length;
      // Whatever the store said of its size.
      if (length > most) throw tooLarge(url, most);
    }
  } catch (error) {
    Body.destroy?.();
    if (error instanceof PerfscopeError) throw error;
    throw new PerfscopeError('input-missing', `${url} cannot be read: ${said(error)}`, { path: url }, ADVICE);
  }
  return Buffer.concat(parts, length);
}

function tooLarge(url: string, most: number): PerfscopeError {
  return new PerfscopeError(
    'input-too-large',
    `${url} has more than ${most} bytes`,
    { path: url },
    'Copy it to a disk first.',
  );
}

export async function putObject(url: string, text: string): Promise<void> {
  const { bucket, key } = parseS3(url);
  const { sdk, client } = await connectS3();
  const input = { Bucket: bucket, Key: key, Body: text, ContentType: 'application/json' };
  try {
    await client.send(new sdk.PutObjectCommand(input));
  } catch (error) {
    throw new PerfscopeError('output', `${url} cannot be written: ${said(error)}`, { path: url }, ADVICE);
  }
}

async function sent(client: Client, command: unknown, url: string, signal?: AbortSignal): Promise<unknown> {
  try {
    return await client.send(command, { abortSignal: signal });
  } catch (error) {
    throw new PerfscopeError('input-missing', `${url} cannot be read: ${said(error)}`, { path: url }, ADVICE);
  }
}

/** Some errors of the SDK have a name and no message. */
function said(error: unknown): string {
  const { name, message } = error as Error;
  return message === '' || message === 'UnknownError' ? name : message;
}
