import { readFileSync } from 'node:fs';

import { connect } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { coreKinds } from '@tke/meta';

/** How many connections of this process `count` GETs in a row leave open, as the kernel counts them. */
export async function countSockets(kubeconfig: string, count: number): Promise<number> {
  const before = established();
  const client = await connect({ kubeconfig, userAgent: 'bench', logger: discardLogger });
  for (let call = 0; call < count; call += 1) {
    await client.get(coreKinds.namespace, { name: 'default' });
  }
  const opened = established() - before;
  await client.close();
  return opened;
}

/** Established TCP connections of the network namespace, both ends of each: on loopback one connection is two entries. */
function established(): number {
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    readFileSync(file, 'utf8').trim().split('\n').slice(1),
  );
  return lines.filter((line) => line.trim().split(/\s+/)[3] === '01').length / 2;
}
