import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';

import type { JournalEntry } from '@tke/api-platform';
import { FakeClock } from '@tke/time';

import { renewalAnnotation } from '../../kubeadm/static-pods.ts';
import type { RenewalScope } from '../../renewal/renewal-scope.ts';
import { attemptAt, machines, testScope, type ScopeOptions } from '../testing/scope.ts';
import { ensureKubeletRotation } from './ensure-kubelet-rotation.ts';
import { ensureRenewCerts } from './ensure-renew-certs.ts';

const first = '10.0.0.11';
const second = '10.0.0.12';
const step = 'EnsureRenewCerts';
const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const manifestOf = (component: string) => `/etc/kubernetes/manifests/${component}.yaml`;
const manifest = 'apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    other: kept\nspec:\n  containers: []\n';

interface Host {
  /** Days that each certificate has left. */
  days: Record<string, number>;
  /** Whether pods come up with what their manifests say. */
  comesUp: boolean;
  /** Whether the API server does. */
  answers: boolean;
  served: boolean;
}

/** Hosts of a control plane that do what kubeadm, kubelet and kubectl would. */
function world(options: ScopeOptions = {}) {
  const scope = testScope({ spec: { machines: machines(first, second), ...options.spec }, ...options });
  const journal = new Map<string, JournalEntry>();
  const hosts = new Map<string, Host>();
  const clock = new FakeClock();
  const attempts = new Map([first, second].map((ip) => [ip, { ...attemptAt(ip, step), clock }]));
  const now = () => new Date(clock.now()).toISOString();
  const begin = (ip: string) => journal.set(ip, { step, host: ip, state: 'Running', attempt: 1, startedAt: now() });
  const finish = (ip: string) => journal.set(ip, { ...journal.get(ip)!, state: 'Done', finishedAt: now() });
  [first, second].forEach(begin);
  for (const ip of [first, second]) {
    const host: Host = { days: { apiserver: 365, 'admin.conf': 365 }, comesUp: true, answers: true, served: true };
    hosts.set(ip, host);
    const session = scope.host(ip);
    components.forEach((component) => session.put(manifestOf(component), manifest));
    const annotationOf = (component: string) =>
      (load(session.files.get(manifestOf(component))!.content) as { metadata: { annotations: Record<string, string> } })
        .metadata.annotations;
    const isUp = (component: string) => host.comesUp && (host.answers || component !== 'kube-apiserver');
    session.answer = ([, , script = '', , ...args]) => {
      if (script.includes('check-expiration')) {
        return { stdout: JSON.stringify({ certificates: certificates(host.days, clock.now()) }) };
      }
      if (args.includes('pods')) {
        const asked = components.filter((component) => args.includes(`${component}-${ip}`));
        const items = asked.map((component) => ({
          metadata: { name: `${component}-${ip}`, annotations: isUp(component) ? annotationOf(component) : {} },
          status: { conditions: [{ type: 'Ready', status: 'True' }] },
        }));
        return { stdout: JSON.stringify(items.length === 1 ? items[0] : { items }) };
      }
      return { exitCode: args.includes('/readyz') && !host.served ? 1 : 0, stderr: 'x509: unknown authority' };
    };
  }
  const renewal: RenewalScope = { ...scope, renewal: () => 'uid/begin', progressOf: (_step, ip) => journal.get(ip) };
  const run = (ip: string, number = 1) =>
    ensureRenewCerts.run(renewal, { ...attempts.get(ip)!, number, id: `attempt-${number}` });
  return { scope, run, clock, begin, finish, at: (ip: string) => hosts.get(ip)!, renewal };
}

function certificates(days: Readonly<Record<string, number>>, now: number): readonly object[] {
  const known = Object.entries(days).map(([name, left]) => ({
    name,
    expirationDate: new Date(now + left * 86_400_000).toISOString(),
  }));
  return [...known, { name: 'super-admin.conf', expirationDate: null, missing: true }];
}

const renewals = (commands: readonly string[]) => commands.filter((line) => line.includes('certs renew all')).length;

describe('EnsureRenewCerts', () => {
  test('renews, starts all pods anew and is done when the API server shows its certificate', async () => {
    const { run, scope } = world();
    expect(await run(first)).toBeUndefined();
    const host = scope.host(first);
    expect(renewals(host.commands)).toBe(1);
    for (const component of components) {
      const { content, mode } = host.files.get(manifestOf(component))!;
      const annotations = { other: 'kept', [renewalAnnotation]: 'uid/begin' };
      expect(load(content)).toMatchObject({ kind: 'Pod', metadata: { annotations }, spec: { containers: [] } });
      expect(mode).toBe(0o600);
    }
    expect(host.commands.at(-1)).toContain(
      '--certificate-authority /etc/kubernetes/pki/apiserver.crt get --raw /readyz',
    );
  });

  test('touches a host only when the one before is done', async () => {
    const { run, scope, finish } = world();
    expect(await run(second)).toMatchObject({ message: `${second} comes after ${first}`, retryAfterMs: 30_000 });
    expect(scope.host(second).commands).toEqual([]);
    finish(first);
    expect(await run(second)).toBeUndefined();
  });

  test('waits for etcd and API server before it touches what cannot do without them, and for the rest', async () => {
    const { run, scope, at } = world();
    at(first).answers = false;
    expect(await run(first)).toMatchObject({
      message: expect.stringContaining(`waiting for kube-apiserver-${first} to`),
    });
    const { files } = scope.host(first);
    expect(files.get(manifestOf('etcd'))?.content).toContain(renewalAnnotation);
    // They would end for want of an API server, and be kept waiting by the kubelet.
    expect(files.get(manifestOf('kube-scheduler'))?.content).toBe(manifest);
    expect(files.get(manifestOf('kube-controller-manager'))?.content).toBe(manifest);
    at(first).answers = true;
    at(first).served = false;
    expect(await run(first)).toMatchObject({
      message: expect.stringContaining('does not serve its renewed certificate'),
    });
  });

  test('starts nothing anew when it is tried again', async () => {
    const { run, scope } = world();
    await run(first, 1);
    const before = [...scope.host(first).files.values()].map(({ content }) => content);
    await run(first, 2);
    expect([...scope.host(first).files.values()].map(({ content }) => content)).toEqual(before);
    expect(scope.host(first).commands.filter((line) => line.includes('renew uid/begin'))).toHaveLength(2);
  });

  test('waits for its user when a pod does not become ready, by the time that its host has had', async () => {
    const { run, at, clock, finish } = world();
    await clock.advance(19 * 60_000);
    at(first).comesUp = false;
    expect(await run(first)).toBeDefined();
    await clock.advance(60_000);
    await expect(run(first)).rejects.toMatchObject({
      code: 'ControlPlaneNotReady',
      class: 'NeedsUser',
      message: expect.stringContaining(`waiting for etcd-${first}, kube-apiserver-${first} to be ready`),
    });
    finish(first);
    at(second).comesUp = false;
    expect(await run(second)).toBeDefined();
    await clock.advance(20 * 60_000);
    await expect(run(second)).rejects.toMatchObject({ code: 'ControlPlaneNotReady' });
  });

  test('leaves etcd of others alone', async () => {
    const external = { endpoints: ['https://10.0.0.9:2379'], caFile: '/a', certFile: '/b', keyFile: '/c' };
    const { run, scope } = world({ spec: { etcd: { external } } });
    expect(await run(first)).toBeUndefined();
    expect(scope.host(first).files.get(manifestOf('etcd'))?.content).toBe(manifest);
  });

  test('restarts nothing when kubeadm has left something out', async () => {
    const { run, scope, at } = world();
    at(first).days = { apiserver: 365, 'front-proxy-client': 20 };
    await expect(run(first)).rejects.toMatchObject({
      code: 'CertificatesNotRenewed',
      message: `kubeadm on ${first} did not renew front-proxy-client (20 days left)`,
    });
    expect(scope.host(first).files.get(manifestOf('etcd'))?.content).toBe(manifest);
  });
});

describe('EnsureKubeletRotation', () => {
  test('is content when the kubelet renews its certificate, and says why it does not', async () => {
    const { renewal, scope } = world();
    const run = () => ensureKubeletRotation.run(renewal, attemptAt(first));
    scope.host(first).answer = () => ({ stdout: '' });
    expect(await run()).toBeUndefined();
    scope.host(first).answer = () => ({ stdout: 'rotateCertificates is not true in x\n' });
    await expect(run()).rejects.toMatchObject({
      code: 'KubeletRotationOff',
      message: expect.stringContaining('not true in x'),
    });
  });
});
