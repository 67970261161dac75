import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { waitFor, type KubectlResult } from '@tke/envtest';
import { certificateInfo } from '@tke/pki';

import type { BareHost } from '../hosts/bare-host.ts';
import { ClusterLab } from './cluster-lab.ts';
import { clusterManifest } from './manifests.ts';
import { servedCertificate } from './served-certificate.ts';
import { loadWorkloadImage, proveServicesWork } from './workload.ts';

const minutes = 60_000;
const name = 'cls-renew';
const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const leaves = ['apiserver', 'apiserver-etcd-client', 'apiserver-kubelet-client', 'front-proxy-client', 'etcd/server'];
let lab: ClusterLab;
let master: BareHost;
let member: (...args: readonly string[]) => Promise<KubectlResult>;

beforeAll(async () => {
  lab = await ClusterLab.start();
  [master] = (await lab.boot('renewed')) as [BareHost];
  await lab.hub.apply(clusterManifest(name, { version: '1.36.3', controlPlane: [master] }));
  await lab.hub.must(['wait', '--for=condition=Ready', '--timeout=600s', `cluster/${name}`]);
  member = await lab.member(name, master.ip);
  await loadWorkloadImage([master]);
  await proveServicesWork(workplace, [master]);
}, 30 * minutes);

afterAll(() => lab.stop(), 2 * minutes);

const workplace = {
  inMember: async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await member(...args);
    return code === 0 ? stdout.trim() : Promise.reject(new Error(stderr));
  },
  apply: (object: object) => lab.applyTo(name, object),
};
const get = (what: string, path: string) => lab.hub.must(['get', what, '-o', `jsonpath=${path}`]);
const condition = (type: string) =>
  get(`cluster/${name}`, `{range .status.conditions[?(@.type=="${type}")]}{.status} {.reason} {.message}{end}`);

async function untilCondition(type: string, wanted: RegExp): Promise<void> {
  await waitFor(async () => wanted.test(await condition(type)), {
    description: `${type} is ${String(wanted)}`,
    timeoutMs: 6 * minutes,
    intervalMs: 1000,
  });
}

async function adminSerial(): Promise<string> {
  const tls = await lab.hub.must([
    '-n',
    'tke-system',
    'get',
    'secret',
    `${name}-admin`,
    '-o',
    'jsonpath={.data.tls\\.crt}',
  ]);
  return certificateInfo(Buffer.from(tls, 'base64').toString()).serial;
}

async function filesOf(...paths: readonly string[]): Promise<readonly string[]> {
  return Promise.all(paths.map((path) => master.must('cat', path)));
}

/** UIDs of the pods of the control plane. */
async function pods(): Promise<readonly string[]> {
  const names = components.map((component) => `${component}-${master.ip}`);
  const path = '{range .items[*]}{.metadata.annotations.kubernetes\\.io/config\\.hash} {end}';
  const { stdout } = await member('get', 'pods', '-n', 'kube-system', ...names, '-o', `jsonpath=${path}`);
  return stdout.trim().split(' ');
}

async function allState() {
  return {
    apiServer: (await servedCertificate(master.ip, 6443)).serial,
    etcd: (await servedCertificate(master.ip, 2379)).serial,
    platform: await adminSerial(),
    pods: await pods(),
    files: await filesOf(...leaves.map((leaf) => `/etc/kubernetes/pki/${leaf}.crt`), '/root/.kube/config'),
  };
}

describe('certificates of a cluster that was built', () => {
  test(
    'are all listed, with when they are renewed',
    async () => {
      await waitFor(async () => (await get(`cluster/${name}`, '{.status.certificates[*].name}')).includes(master.ip), {
        description: 'the inventory has the host',
        timeoutMs: 2 * minutes,
      });
      const names = (await get(`cluster/${name}`, '{.status.certificates[*].name}')).split(' ');
      expect(names).toEqual(expect.arrayContaining(['client', 'apiserver', 'on', master.ip, 'authz-webhook']));
      const renewed = await get(`cluster/${name}`, '{.status.certificates[?(@.name=="client")].renewAt}');
      expect((Date.parse(renewed) - Date.now()) / 86_400_000).toBeCloseTo((365 * 2) / 3, 0);
      expect(await get('clustercredentials', '{.items[0].status.expiresAt}')).toMatch(/^20\d\d-/);
    },
    3 * minutes,
  );

  test(
    'are renewed when the annotation asks for it: all of them are new, all that uses them was started anew, and everything works',
    async () => {
      const before = await allState();
      const expired = await get('clustercredentials', '{.items[0].status.expiresAt}');
      const now = new Date().toISOString();
      await lab.hub.must(['annotate', 'cluster', name, `platform.tkestack.io/renew-certificates=${now}`]);
      await untilCondition('CertificatesRenewed', /^True Renewed/);
      const after = await allState();
      expect(after.apiServer).not.toBe(before.apiServer);
      expect(after.etcd).not.toBe(before.etcd);
      expect(after.platform).not.toBe(before.platform);
      for (const kind of ['pods', 'files'] as const) {
        expect(after[kind]).toHaveLength(before[kind].length);
        expect(after[kind].filter((each) => before[kind].includes(each))).toEqual([]);
      }
      expect(await get(`cluster/${name}`, '{.status.plan.operation} {.status.plan.journal[*].step}')).toBe(
        'Renew EnsureRenewCerts EnsureStoreCredential EnsureKubeconfig EnsureKubeletRotation',
      );
      await waitFor(async () => (await get('clustercredentials', '{.items[0].status.expiresAt}')) > expired, {
        description: 'the ClusterCredential says when its new certificate ends',
      });
      const renewed = await lab.member(name, master.ip);
      expect((await renewed('get', '--raw', '/readyz')).stdout).toBe('ok');
      expect(await master.must('kubectl', '--kubeconfig', '/root/.kube/config', 'get', 'nodes', '-o', 'name')).toBe(
        `node/${master.ip}\n`,
      );
      await untilCondition('Ready', /^True/);
      await proveServicesWork(workplace, [master]);
    },
    8 * minutes,
  );

  test('are not renewed again for the same time', async () => {
    const renewedAt = await get(`cluster/${name}`, '{.status.certificatesRenewedAt}');
    await lab.hub.must(['annotate', 'cluster', name, 'platform.tkestack.io/retry=1']);
    const started = await get(`cluster/${name}`, '{.status.plan.startedAt}');
    expect([renewedAt, started]).toEqual([started, renewedAt]);
    expect(await condition('CertificatesRenewed')).toMatch(/^True/);
  });
});

test(
  'new files of the authz-webhook are put on the hosts, and taken up without a restart',
  async () => {
    const file = '/etc/kubernetes/tke-authz/webhook.kubeconfig';
    await untilCondition('AuthorizationCurrent', /^True/);
    const [before] = await filesOf(file);
    const running = await pods();
    await lab.hub.must(['-n', 'tke-system', 'delete', 'secret', `${name}-authorization`]);
    await waitFor(async () => (await filesOf(file))[0] !== before, {
      description: 'the host has another certificate',
      timeoutMs: 3 * minutes,
      intervalMs: 1000,
    });
    await untilCondition('AuthorizationCurrent', /^True InUse/);
    expect(await pods()).toEqual(running);
    const statement = {
      effect: 'allow',
      actions: ['listPods'],
      resources: [`cluster:${name}/namespace:default/pod:*`],
    };
    const auth = { apiVersion: 'auth.tkestack.io/v1' };
    await lab.hub.apply({
      ...auth,
      kind: 'Policy',
      metadata: { name: 'pol-renew' },
      spec: { displayName: 'renew', tenantID: 'default', category: 'application', statement },
    });
    await lab.hub.apply({
      ...auth,
      kind: 'PolicyBinding',
      metadata: { name: 'pb-renew' },
      spec: { tenantID: 'default', policyID: 'pol-renew', users: [{ id: 'usr-alice', name: 'alice' }] },
    });
    const ask = () => member('auth', 'can-i', 'list', 'pods', '--as', 'alice', '--as-group', 'tenant:default');
    await waitFor(async () => (await ask()).stdout.startsWith('yes'), {
      description: 'the API server asks with it',
      timeoutMs: 30_000,
    });
  },
  8 * minutes,
);
