import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { discardLogger } from '@tke/log';

import type { Client } from '../client.ts';
import { connect, type ConnectOptions } from '../connect.ts';

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'kube-client-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export interface Entries {
  readonly cluster?: object;
  readonly user?: object;
}

/** Writes a kubeconfig with one context and returns its path. JSON is YAML. */
export async function writeKubeconfig(
  folder: string,
  server: string,
  { cluster, user }: Entries = {},
): Promise<string> {
  const path = join(folder, 'kubeconfig');
  const config = {
    clusters: [{ name: 'c', cluster: { server, ...cluster } }],
    users: [{ name: 'u', user: { ...user } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

export type TestClient = Client & AsyncDisposable;

/** A client of a server, closed with the test. */
export async function clientOf(
  server: { readonly url: string },
  { options = {}, ...entries }: Entries & { readonly options?: Partial<ConnectOptions> } = {},
): Promise<TestClient> {
  await using folder = await temporaryFolder();
  const kubeconfig = await writeKubeconfig(folder.path, server.url, entries);
  const client = await connect({ kubeconfig, userAgent: 'test/1', logger: discardLogger, ...options });
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}
