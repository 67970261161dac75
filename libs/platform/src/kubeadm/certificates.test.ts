import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { attemptAt, testScope } from '../steps/testing/scope.ts';
import type { HostSession } from '../hosts/host-session.ts';
import { renewHostCertificates } from './certificates.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'renew-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** On a host with this as kubeadm, which writes down that it was called. */
async function renew(renewal: string, body = 'true') {
  const kubeadm = join(folder, 'kubeadm');
  await writeFile(kubeadm, `#!/bin/sh\necho called >> ${folder}/calls\n${body}\n`);
  await chmod(kubeadm, 0o755);
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH ?? ''}` };
  const session = {
    ip: '10.0.0.11',
    job: (_attempt: unknown, [program = '', ...args]: readonly string[]) => {
      const words = [...args.slice(0, -1), join(folder, 'renewed')];
      return Promise.resolve({ output: execFileSync(program, words, { env, input: '', encoding: 'utf8' }) });
    },
  };
  return renewHostCertificates(
    { ...testScope(), renewal: () => renewal },
    session as unknown as HostSession,
    attemptAt('10.0.0.11'),
  );
}

const calls = async () => (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n').length;

test('certificates are renewed once in a renewal, and again after one that failed', async () => {
  await expect(renew('uid/1', 'exit 1')).rejects.toThrow();
  await renew('uid/1');
  await renew('uid/1');
  expect(await calls()).toBe(2);
  await renew('uid/2');
  expect(await calls()).toBe(3);
});
