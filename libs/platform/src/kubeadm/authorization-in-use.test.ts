import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import type { HostSession } from '../hosts/host-session.ts';
import { authorizationInUse } from './authorization-in-use.ts';

const run = promisify(execFile);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authz-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** On a host whose API server has these flags, and does not answer. */
async function look(...flags: readonly string[]) {
  const [file, manifest] = [join(folder, 'configuration.yaml'), join(folder, 'kube-apiserver.yaml')];
  await writeFile(file, '');
  await writeFile(manifest, flags.map((flag) => `    - ${flag}\n`).join(''));
  const session = {
    ip: '127.0.0.1',
    script: (script: string) => run('sh', ['-c', script, 'sh', 'https://127.0.0.1:1', file, manifest]),
  };
  return { file, ...(await authorizationInUse(session as unknown as HostSession)) };
}

test('an API server that was told of no file, or of another one, asks nobody', async () => {
  expect(await look('--authorization-mode=Node,RBAC')).toMatchObject({ kind: 'off' });
  expect(await look('--authorization-config=/etc/other.yaml')).toMatchObject({ kind: 'off' });
  const { file } = await look();
  expect(await look(`--authorization-config=${file}`)).toMatchObject({ kind: 'pending' });
});
