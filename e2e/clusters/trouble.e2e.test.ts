import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { cluster, type Cluster } from '@tke/api-platform';
import { waitFor } from '@tke/envtest';
import { connect } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import type { DeepReadonly, Kind } from '@tke/meta';
import { Cache } from '@tke/runtime';

import { lastingDifference, type Snapshot } from '../hosts/snapshot.ts';
import type { BareHost } from '../hosts/bare-host.ts';
import { repository } from '../hub-under-test.ts';
import { ClusterLab } from './cluster-lab.ts';
import { credentialsInUse, filesOf, startsOf, type CredentialsInUse } from './credentials-in-use.ts';
import { letAliceListPods, untilAliceMayListPods } from './grants.ts';
import { inventory } from './inventory.ts';
import { mustSucceed } from './kubectl.ts';
import { clusterManifest } from './manifests.ts';
import { Mirror } from './mirror.ts';
import { Progress } from './progress.ts';
import { SecondHub } from './second-hub.ts';
import { loadWorkloadImage, proveServicesWork } from './workload.ts';

const minutes = 60_000;
// Longer than what a test waits for, so that a failure says what that was.
jest.setTimeout(20 * minutes);
const version = '1.36.3';
const packages = join(repository, '.packages');
let lab: ClusterLab;
let progress: Progress;
let mirror: Mirror;
let lost: BareHost;
let small: BareHost;
let before: Snapshot;
let lostEnds: Promise<string>;

beforeAll(async () => {
  mirror = await Mirror.start(packages);
  lab = await ClusterLab.start();
  progress = new Progress(lab.hub);
  await lab.usePackages(mirror.url);
  [lost] = (await lab.boot('lost')) as [BareHost];
  small = await lab.bootWith('small', { diskMebibytes: 8192 });
  before = await small.snapshot();
}, 20 * minutes);

afterAll(async () => {
  await mirror.stop(); // first: without a lab the run would not end otherwise
  await lab.stop();
}, 5 * minutes);

/** What is as it was before, or missing. */
function stale(before: CredentialsInUse, after: CredentialsInUse): readonly string[] {
  const whose = ['apiServer', 'etcd', 'platform'] as const;
  const kinds = ['pods', 'files'] as const;
  return [
    ...whose.filter((each) => after.serials[each] === before.serials[each]),
    ...kinds.flatMap((kind) => after[kind].filter((each) => before[kind].includes(each))),
    ...kinds.filter((kind) => after[kind].length !== before[kind].length),
  ];
}

/** Of the programs and images of `version`, the first whose path matches. */
async function packageLike(pattern: RegExp): Promise<string> {
  const index = await readFile(join(packages, 'index.json'), 'utf8');
  const path = [...index.matchAll(/"path": "([^"]+)"/g)].map(([, found = '']) => found).find((it) => pattern.test(it));
  if (path === undefined) {
    throw new Error(`no package matches ${String(pattern)}`);
  }
  return path;
}

/** Resolves when the Cluster is gone, with what its status said last of what is left. A watch tells that, who asks may come too late. */
async function leftBehindAtEnd(name: string): Promise<string> {
  const kubeconfig = join(lab.hub.folder, 'kubeconfig');
  const client = await connect({ kubeconfig, userAgent: 'trouble', logger: discardLogger });
  const stop = new AbortController();
  const cache = new Cache({ reader: client, logger: discardLogger });
  let last: DeepReadonly<Cluster> | undefined;
  let isGone = false;
  const see = (object: DeepReadonly<Cluster>, gone = false) => {
    if (object.metadata.name === name) {
      [last, isGone] = [object, gone];
    }
  };
  const clusters: Kind<Cluster> = cluster;
  cache.informer(clusters).addHandler({
    onAdd: (object) => see(object),
    onUpdate: (_before, after) => see(after),
    onDelete: (object) => see(object, true),
  });
  const ended = cache.start(stop.signal);
  try {
    await waitFor(() => isGone, { description: `${name} is gone`, timeoutMs: 15 * minutes, intervalMs: 1000 });
    return (last?.status?.leftBehind ?? []).map(({ host, what, remedy }) => `${host} ${what} ${remedy}`).join('\n');
  } finally {
    stop.abort();
    await ended;
    await client.close();
  }
}

describe('a mirror of packages that is spoiled', () => {
  const name = 'cls-lost';
  const what = `cluster/${name}`;

  test('is told with its remedy before anything is changed; once it is mended the cluster comes up', async () => {
    const kubelet = await packageLike(/v1\.36\.3\/.*\/kubelet$/);
    mirror.spoil(kubelet, 'missing');
    await lab.hub.apply(clusterManifest(name, { version, controlPlane: [lost] }));
    const missing = await progress.untilReason(what, /PackageMissing/);
    expect(missing).toContain(`${mirror.url}${kubelet}`);
    expect(missing).toContain('Copy or build the packages again');

    mirror.spoil(kubelet, 'truncated');
    await progress.retry(what, 'truncated');
    expect(await progress.untilReason(what, /PackageDamaged/)).toMatch(/has \d+ bytes, its index says \d+/);
    expect(await progress.condition(what, 'Stalled')).toMatch(/^True/);

    mirror.spoil(kubelet, 'cut');
    await progress.retry(what, 'cut');
    await progress.untilReason(what, /PackageSourceUnreachable/);
    expect(await progress.condition(what, 'Stalled')).not.toMatch(/^True/);
    expect((await lost.exec(['sh', '-c', 'ls -d /usr/local/bin/kube* /etc/kubernetes /opt/cni'])).stdout).toBe('');

    mirror.mend();
    await progress.ready(what); // by itself: a connection may break without anybody's fault
  });

  test('goes on to be deleted without its host, which lost power for good', async () => {
    await lost.stop();
    await lab.hub.must(['delete', what, '--wait=false']);
    lostEnds = leftBehindAtEnd(name);
    lostEnds.catch(() => undefined); // it is waited for at the end
    await progress.untilStep(what, 'EnsureHostReset');
  });
});

describe('a cluster on a host whose disk fills up in the middle', () => {
  const name = 'cls-small';
  const what = `cluster/${name}`;

  async function untilCondition(type: string, wanted: RegExp): Promise<void> {
    await waitFor(async () => wanted.test(await progress.condition(what, type)), {
      description: `${type} is ${String(wanted)}`,
      timeoutMs: 6 * minutes,
      intervalMs: 500,
    });
  }
  async function workplace() {
    const inMember = mustSucceed(await lab.member(name, small.ip));
    return { inMember, apply: (object: object) => lab.applyTo(name, object) };
  }

  test('waits for room and says so, and comes up when there is some', async () => {
    await lab.hub.apply(clusterManifest(name, { version, controlPlane: [small] }));
    await progress.untilStep(what, 'EnsureKubernetesImages');
    await small.fillDisk();
    expect(await progress.untilReason(what, /DiskFull|No space left/, 5 * minutes)).toMatch(
      /Free space on the file system/,
    );
    await small.freeDisk();
    await progress.retry(what, 'room');
    await progress.ready(what);
  });

  test('has all its certificates listed, with when they are renewed', async () => {
    const names = () => progress.get(what, '{.status.certificates[*].name}');
    await waitFor(async () => (await names()).includes(small.ip), {
      description: 'the inventory has the host',
      timeoutMs: 2 * minutes,
    });
    const listed = (await names()).split(' ');
    expect(listed).toEqual(expect.arrayContaining(['client', 'apiserver', 'on', small.ip, 'authz-webhook']));
    const renewed = await progress.get(what, '{.status.certificates[?(@.name=="client")].renewAt}');
    expect((Date.parse(renewed) - Date.now()) / 86_400_000).toBeCloseTo((365 * 2) / 3, 0);
  });

  test('has them renewed when the annotation asks for it: all are new, all that uses them was started anew, and everything works', async () => {
    await loadWorkloadImage([small]);
    await proveServicesWork(await workplace(), [small]);
    const before = await credentialsInUse(lab, name, small);
    const expiry = () => progress.get('clustercredentials', `{.items[?(@.clusterName=="${name}")].status.expiresAt}`);
    const expired = await expiry();
    expect(expired).toMatch(/^20\d\d-/);
    const now = new Date().toISOString();
    await lab.hub.must(['annotate', what, `platform.tkestack.io/renew-certificates=${now}`]);
    await untilCondition('CertificatesRenewed', /^True Renewed/);
    // The pods of the control plane are told of by the kubelet, which has its own time.
    await waitFor(async () => stale(before, await credentialsInUse(lab, name, small)).length === 0, {
      description: 'all is new',
      timeoutMs: 2 * minutes,
      intervalMs: 1000,
    }).catch(() => undefined);
    expect(stale(before, await credentialsInUse(lab, name, small))).toEqual([]);
    expect(await progress.get(what, '{.status.plan.operation} {.status.plan.journal[*].step}')).toBe(
      'Renew EnsureRenewCerts EnsureStoreCredential EnsureKubeconfig EnsureKubeletRotation',
    );
    await waitFor(async () => (await expiry()) > expired, {
      description: 'the ClusterCredential says when its new certificate ends',
      timeoutMs: 2 * minutes,
    });
    const { inMember, ...rest } = await workplace();
    expect(await inMember('get', '--raw', '/readyz')).toBe('ok');
    expect(await small.must('kubectl', '--kubeconfig', '/root/.kube/config', 'get', 'nodes', '-o', 'name')).toBe(
      `node/${small.ip}\n`,
    );
    await untilCondition('Ready', /^True/);
    await proveServicesWork({ inMember, ...rest }, [small]);
  });

  test('does not renew them again for the same time', async () => {
    const renewedAt = await progress.get(what, '{.status.certificatesRenewedAt}');
    await progress.retry(what, 'after the renewal');
    const started = await progress.get(what, '{.status.plan.startedAt}');
    expect([renewedAt, started]).toEqual([started, renewedAt]);
    expect(await progress.condition(what, 'CertificatesRenewed')).toMatch(/^True/);
  });

  test('takes up new files of the authz-webhook without a restart', async () => {
    const file = '/etc/kubernetes/tke-authz/webhook.kubeconfig';
    await untilCondition('AuthorizationCurrent', /^True/);
    const [before] = await filesOf(small, file);
    const running = await startsOf(lab, name, small);
    await lab.hub.must(['-n', 'tke-system', 'delete', 'secret', `${name}-authorization`]);
    await waitFor(async () => (await filesOf(small, file))[0] !== before, {
      description: 'the host has another certificate',
      timeoutMs: 6 * minutes,
      intervalMs: 500,
    });
    await untilCondition('AuthorizationCurrent', /^True InUse/);
    expect(await startsOf(lab, name, small)).toEqual(running);
    await letAliceListPods(lab.hub, name);
    await untilAliceMayListPods(await lab.member(name, small.ip), 3 * minutes);
  });

  test('moves to another hub, which may not have it before the first lets go', async () => {
    const member = await lab.member(name, small.ip);
    const inMember = mustSucceed(member);
    const access = await readFile(lab.kubeconfigOf(name), 'utf8');
    const second = await SecondHub.start(lab.gateway);
    try {
      await second.importCluster('cls-moved', access);
      expect(await second.progress.untilReason('cluster/cls-moved', /OfAnotherHub/)).toContain(name);

      const spec = { deletionPolicy: 'Detach' };
      await lab.hub.must(['patch', what, '--type=merge', '-p', JSON.stringify({ spec })]);
      await lab.hub.must(['delete', what, '--timeout=300s']);
      const untouched = await inventory(inMember);
      await second.progress.untilReason('cluster/cls-moved', /^True/, 5 * minutes);
      expect(await second.progress.get('cluster/cls-moved', '{.status.version}')).toBe(version);

      await second.switchAuthorizationOn('cls-moved', small);
      await second.proveAuthorization('cls-moved', member);

      await second.hub.must(['delete', 'cluster', 'cls-moved', '--timeout=300s']);
      expect(await inventory(inMember)).toEqual(untouched);
    } finally {
      await second.hub.remove();
    }
  });

  test('goes from its host by the script that lies there, when no hub has it any more', async () => {
    await small.must('sh', '/var/lib/tke/reset.sh');
    expect(await lastingDifference(before, () => small.snapshot())).toEqual([]);
  });
});

test('a deletion ends though a host never comes back, and says what is left there', async () => {
  const leftBehind = await lostEnds;
  expect(leftBehind).toContain(lost.ip);
  expect(leftBehind).toContain('sh /var/lib/tke/reset.sh');
  const events = await lab.hub.must(['get', 'events', '-A', '--field-selector=reason=LeftBehind', '-o', 'yaml']);
  expect(events).toContain(`${lost.ip}: All that was installed`);
  const debts = await lab.hub.must(['get', 'clustercredentials', '-o', 'name']);
  expect(debts).toBe('');
});
