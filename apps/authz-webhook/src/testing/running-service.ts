import { PassThrough } from 'node:stream';

import { createLogger } from '@tke/log';
import type { ResourceAttributes } from '@tke/meta';
import { RuntimeMetrics } from '@tke/runtime';
import { FakeClock } from '@tke/time';
import type { PeerIdentity } from '@tke/webhook';

import { reviewService } from '../review-service.ts';
import type { ObjectServer } from './object-server.ts';

/** Turns of the event loop within which everything that is in memory has come to rest. */
const turns = 200;

export async function settle(): Promise<void> {
  for (let at = 0; at < turns; at += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The webhook without its server, fed by `server`, with what tests ask of it. Its time stands still. */
export async function runService(server: ObjectServer) {
  const clock = new FakeClock();
  const metrics = new RuntimeMetrics({ processDefaults: false });
  const stream = new PassThrough({ encoding: 'utf8' });
  let log = '';
  stream.on('data', (text: string) => (log += text));
  const service = reviewService({
    reader: server,
    hubTenants: new Set(['t']),
    hubCommonName: 'kube-apiserver',
    logger: createLogger({ stream }),
    metrics,
    clock,
    decisionLog: { mode: 'all', perSecond: 5 },
  });
  const stop = new AbortController();
  const running = service.cache.start(stop.signal);
  await settle();
  const askBy = (peer: PeerIdentity | undefined, attributes: ResourceAttributes, cluster?: string, user = 'ann') => {
    const spec = { user, groups: ['tenant:t'], resourceAttributes: attributes };
    const context = { peer, signal: stop.signal, ...(cluster === undefined ? {} : { cluster }) };
    return service.handler.authorize(spec, context);
  };
  const askAs = (commonName: string | undefined, attributes: ResourceAttributes, cluster?: string, user?: string) => {
    const peer = { commonName: commonName ?? '', organizations: [], fingerprint: '', notBefore: clock.now() };
    return askBy(commonName === undefined ? undefined : peer, attributes, cluster, user);
  };
  return {
    ...service,
    clock,
    metrics,
    askAs,
    askBy,
    ask: (attributes: ResourceAttributes, user?: string) => askAs('kube-apiserver', attributes, undefined, user),
    log: () => log,
    end: async () => {
      stop.abort();
      await running;
    },
  };
}
