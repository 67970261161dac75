import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Tenant } from './tenant-objects.ts';

const run = promisify(execFile);

/** What the administrator of a tenant asks for a credential with: a request for a key of his own, in PEM. The key stays in the folder. */
export async function credentialRequest(
  { id, child: project, cluster, administrator }: Tenant,
  namespace: string,
  folder: string,
): Promise<string> {
  const groups = [`tenant:${id}`, `project:${project}`, `cluster:${cluster}`, `namespace:${namespace}`];
  const subject = [...groups.map((group) => `/O=${group}`), `/CN=${administrator}`].join('');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${id}.key`];
  const out = join(folder, `${id}.csr`);
  await run('openssl', ['req', '-new', ...key, '-utf8', '-subj', subject, '-out', out], { cwd: folder });
  return readFile(out, 'utf8');
}
