import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';

import { sharedControlPlane, uniqueName, waitFor } from '@tke/envtest';
import { connect, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { coreKinds, type ConfigMap } from '@tke/meta';

import { Cache } from '../cache/cache.ts';
import { controllerFor } from '../controller/builder.ts';
import type { Request } from '../reconcile.ts';
import { Manager, type ManagerOptions } from './manager.ts';

jest.setTimeout(240_000);

const timeoutMs = 60_000;
const anyPort = { host: '127.0.0.1', port: 0 };
const { configMap } = coreKinds;

let client: Client;
let namespace: string;

beforeAll(async () => {
  const { kubeconfigPath } = await sharedControlPlane();
  client = await connect({ kubeconfig: kubeconfigPath, userAgent: 'runtime-test', logger: discardLogger });
});

beforeEach(async () => {
  namespace = uniqueName('manager');
  await client.create(coreKinds.namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
});

afterAll(() => client.close());

/** Copies `data.want` of every ConfigMap to `data.is`, and signs it. */
function replica(name: string, options: Partial<ManagerOptions> = {}) {
  const cache = new Cache({ reader: client, logger: discardLogger });
  cache.informer(configMap, { namespace, labelSelector: 'test=yes' });
  const manager = new Manager({ client, cache, logger: discardLogger, name: 'runtime-test', ...options });
  const reconciled: Request[] = [];
  const missed: string[] = [];
  controllerFor(manager, 'copier')
    .for(configMap)
    .withOptions({ concurrency: 3 })
    .complete({
      reconcile: async (request) => {
        reconciled.push(request);
        const object = cache.get(configMap, request);
        if (object === undefined) {
          missed.push(request.name);
        }
        const { want } = object?.data ?? {};
        if (want !== undefined && object?.data?.is !== want) {
          await client.patch(configMap, request, { type: 'merge', body: { data: { is: want, by: name } } });
        }
        return undefined;
      },
    });
  const stop = new AbortController();
  const ended = manager.start(stop.signal);
  ended.catch(() => undefined);
  return { manager, reconciled, missed, stop, ended };
}

function create(name: string, want: string): Promise<ConfigMap> {
  const metadata = { namespace, name, labels: { test: 'yes' } };
  return client.create(configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { want } });
}

function copied(name: string, is: string): Promise<ConfigMap> {
  return waitFor(
    async () => {
      const object = await client.get(configMap, { namespace, name });
      return object.data?.is === is && object;
    },
    { description: `${name} is ${is}`, timeoutMs },
  );
}

test('reconciles what is there, what comes, and what changes, until it is stopped', async () => {
  await create('before', 'x');
  const { reconciled, missed, stop, ended } = replica('r');
  await copied('before', 'x');
  await create('after', 'y');
  await copied('after', 'y');
  await client.patch(configMap, { namespace, name: 'after' }, { type: 'merge', body: { data: { want: 'z' } } });
  await copied('after', 'z');
  await client.delete(configMap, { namespace, name: 'before' });
  await waitFor(() => missed.includes('before'), { description: 'the deletion is reconciled', timeoutMs });

  stop.abort();
  await expect(ended).resolves.toBeUndefined();
  await create('too-late', 'x');
  expect(reconciled.some(({ name }) => name === 'too-late')).toBe(false);
});

test('of two replicas the leader reconciles; when it stops the other goes on at once; both answer their probes', async () => {
  // A lease that outlasts the test: only its release lets the second go on.
  const times = { leaseDurationMs: 600_000, renewDeadlineMs: 300_000, retryPeriodMs: 200 };
  const leaderElection = { namespace, name: 'copier', ...times };
  const options = { leaderElection, healthAddress: anyPort, metricsAddress: anyPort };
  const first = replica('first', options);
  await first.manager.elected;
  const second = replica('second', options);
  const health = await second.manager.healthServer!.address;
  const ask = (port: number, path: string) => fetch(`http://127.0.0.1:${port}${path}`).then((answer) => answer.text());
  const healthy = '[+]event-loop ok\n[+]leader-election ok\nhealthz check passed\n';
  // The event loop of a process that has just begun on a busy machine may be late for a while.
  const isHealthy = async () => (await ask(health.port, '/healthz?verbose')) === healthy;
  await waitFor(isHealthy, { description: 'the second is healthy', timeoutMs });
  await expect(ask(health.port, '/readyz')).resolves.toBe('ok');

  await create('a', 'x');
  expect((await copied('a', 'x')).data?.by).toBe('first');
  expect(second.reconciled).toEqual([]);

  first.stop.abort();
  await first.ended;
  await second.manager.elected;
  await create('b', 'y');
  expect((await copied('b', 'y')).data?.by).toBe('second');
  expect(second.manager.fencingToken?.transitions).toBe(1);

  const { port } = await second.manager.metricsServer!.address;
  const counted = /controller_runtime_reconcile_total\{controller="copier",result="success"\} [1-9]/;
  const isCounted = async () => counted.test(await ask(port, '/metrics'));
  await waitFor(isCounted, { description: 'a reconcile is counted', timeoutMs });
  await expect(ask(port, '/metrics')).resolves.toContain('leader_election_master_status{name="copier"} 1\n');
  second.stop.abort();
  await second.ended;
});

const ghost = { group: 'nobody.example.io', version: 'v1', kind: 'Ghost', plural: 'ghosts', namespaced: true };
const idle = { reconcile: () => Promise.resolve(undefined) };

test('a kind that the server does not have is an error, at the start and later', async () => {
  const create = () => {
    const cache = new Cache({ reader: client, logger: discardLogger });
    return new Manager({ client, cache, logger: discardLogger, startTimeoutMs: 500 });
  };
  const early = create();
  controllerFor(early, 'ghost').for(ghost).complete(idle);
  await expect(early.start(new AbortController().signal)).rejects.toMatchObject({
    code: 'StartTimedOut',
    message: 'not ready after 0.5 s: cache',
  });

  const late = create();
  const ended = late.start(new AbortController().signal);
  await late.elected;
  controllerFor(late, 'ghost').for(ghost).withOptions({ syncTimeoutMs: 500 }).complete(idle);
  await expect(ended).rejects.toMatchObject({
    code: 'SourceNotSynced',
    message: 'source ghosts.nobody.example.io of controller ghost did not deliver its initial state within 0.5 s',
  });
});
