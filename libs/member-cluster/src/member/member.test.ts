import { expect, test } from '@jest/globals';

import { discardLogger } from '@tke/log';

import { clusterConfig } from '../access/cluster-config.ts';
import { MemberClusters } from '../member-clusters.ts';

test('a request before the first probe is rejected as all are to a member that is not ready, and can be waited for', async () => {
  const members = new MemberClusters({ userAgent: 'test/1', logger: discardLogger }); // not started: nobody probes
  const addresses = [{ type: 'Real', host: '127.0.0.1', port: 1 }] as const;
  members.put('cls-a', { config: clusterConfig({ addresses, token: 'x' }) });
  await expect(members.get('cls-a')!.client.request({ path: '/version' })).rejects.toMatchObject({
    code: 'MemberNotReady',
    class: 'Retryable',
    message: 'cluster cls-a is not ready: it has not answered yet',
  });
});
