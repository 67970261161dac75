import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { load } from 'js-yaml';

import { ControlPlane, runLoad, waitFor } from '@tke/envtest';
import type { CertificateAndKey } from '@tke/pki';

import { HubUnderTest, patience } from './hub-under-test.ts';

const minutes = 60_000;
// Longer than what a test waits for, so that a failure says what that was.
jest.setTimeout(10 * minutes);
const cluster = 'cls-member';
const reviews = `/auth/authz/clusters/${cluster}`;
const secrets = ['--namespace=tke-system', 'get', 'secret'];
let hub: HubUnderTest;
let member: ControlPlane;
/** What the hub gave the API server of the member. */
let files: Readonly<Record<string, string>>;

beforeAll(async () => {
  hub = await HubUnderTest.create();
  await hub.up();
  await startMember();
}, 15 * minutes);

afterAll(async () => {
  await member.stop();
  await hub.remove();
}, 5 * minutes);

/** A cluster of its own, at the same address each time. */
async function startMember(authorizationConfig?: Record<string, unknown>): Promise<void> {
  const dataDir = join(hub.folder, 'member');
  member = await ControlPlane.start({ dataDir, durable: true, ...(authorizationConfig && { authorizationConfig }) });
  await member.access.user('alice', { groups: ['tenant:default'] });
}

/** As the README in the Secret says, but for the folder of the files. */
async function switchAuthorizationOn(): Promise<void> {
  const path = join(hub.folder, `${cluster}.kubeconfig`);
  const { 'webhook.kubeconfig': kubeconfig = '', 'authorization-configuration.yaml': configuration = '' } = files;
  await writeFile(path, kubeconfig, { mode: 0o600 });
  const here = configuration.replace('/etc/kubernetes/tke-authz/webhook.kubeconfig', path);
  await member.stop();
  await startMember(load(here) as Record<string, unknown>);
}

async function filesOfSecret(): Promise<Record<string, string>> {
  const { data } = JSON.parse(await hub.must([...secrets, `${cluster}-authorization`, '--output=json'])) as {
    readonly data: Readonly<Record<string, string>>;
  };
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]));
}

/** The certificate in the kubeconfig of the Secret. */
function clientOfMember(): CertificateAndKey {
  const { users } = load(files['webhook.kubeconfig'] ?? '') as {
    readonly users: readonly [{ readonly user: Readonly<Record<string, string>> }];
  };
  const text = (key: string) => Buffer.from(users[0].user[key] ?? '', 'base64').toString();
  return { certPem: text('client-certificate-data'), keyPem: text('client-key-data') };
}

async function importMember(): Promise<void> {
  await hub.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'tke-system', name: 'member', labels: { 'platform.tkestack.io/tenant-id': 'default' } },
    stringData: { kubeconfig: await readFile(member.kubeconfigPath, 'utf8') },
  });
  await hub.apply({
    apiVersion: 'platform.tkestack.io/v1',
    kind: 'Cluster',
    metadata: { name: cluster },
    spec: {
      tenantID: 'default',
      type: 'Imported',
      displayName: 'member',
      finalizers: ['cluster'],
      credentialSecretRef: { name: 'member' },
    },
  });
  await hub.must(['wait', '--for=condition=Ready', '--timeout=120s', `cluster/${cluster}`]);
}

function podReader(name: string, resources: readonly string[]) {
  const metadata = { name: `pol-${name}` };
  const statement = { effect: 'allow', actions: ['getPod', 'listPods', 'watchPod'], resources };
  const spec = { displayName: name, tenantID: 'default', category: 'application', statement };
  return [
    { apiVersion: 'auth.tkestack.io/v1', kind: 'Policy', metadata, spec },
    {
      apiVersion: 'auth.tkestack.io/v1',
      kind: 'PolicyBinding',
      metadata: { name: `pb-${name}` },
      spec: { tenantID: 'default', policyID: metadata.name, users: [{ id: 'usr-alice', name: 'alice' }] },
    },
  ];
}

async function inMember(...question: string[]): Promise<string> {
  const { stdout, stderr } = await member.access.kubectl(['auth', 'can-i', ...question], { user: 'alice' });
  return stdout.trim() === '' ? stderr.trim() : stdout.trim();
}

function untilInMember(question: string, answer: RegExp): Promise<unknown> {
  return waitFor(async () => answer.test(await inMember(...question.split(' '))), {
    description: `${question} in the member: ${String(answer)}`,
    timeoutMs: patience,
  });
}

describe('a member cluster that asks the hub', () => {
  test('is imported, and gets a Secret with what its API server asks with', async () => {
    await importMember();
    const { stdout } = await hub.kubectl(['get', 'cluster', cluster, '--output=wide']);
    expect(stdout).toMatch(new RegExp(`${cluster} +Imported +${member.access.version.slice(1)} +Running`));
    await waitFor(async () => (files = await filesOfSecret()), { description: 'the Secret', timeoutMs: patience });
    await switchAuthorizationOn();
  });

  test('allows what is granted in it and nothing else', async () => {
    await untilInMember('list pods', /^no/);
    for (const object of podReader('member-pods', [`cluster:${cluster}/namespace:default/pod:*`])) {
      await hub.apply(object);
    }
    await hub.must(['wait', '--for=condition=Ready', '--timeout=120s', 'policybinding/pb-member-pods']);
    await untilInMember('list pods', /^yes/);

    expect(await inMember('delete', 'pods')).toMatch(/^no/);
    expect(await inMember('list', 'secrets')).toMatch(/^no/);
    expect(await inMember('list', 'pods', '-n', 'kube-system')).toMatch(/^no/);
    expect((await member.access.kubectl(['get', 'pods'], { user: 'alice' })).code).toBe(0);
    // What is granted in the member is not granted in the hub.
    expect(await hub.can('alice', 'list', 'pods')).toMatch(/^no/);
  });

  test('speaks for itself only: the certificate of another cluster, or of the hub, is refused', async () => {
    const spec = { user: 'alice', groups: ['tenant:default'], resourceAttributes: { verb: 'list', resource: 'pods' } };
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
    const statusesFor = async (path: string, client?: CertificateAndKey, commonName = 'kube-apiserver') => {
      const target = await hub.webhookTarget(commonName);
      const ask = () =>
        runLoad({
          ...{ ...target, client: client ?? target.client },
          requests: [{ path, body }],
          connections: 1,
          seconds: 0.2,
        });
      // A busy machine may not get an answer in so short a time.
      const answers = async () => {
        const codes = Object.keys((await ask()).statuses);
        return codes.length > 0 && codes;
      };
      return waitFor(answers, { description: `an answer at ${path}`, timeoutMs: patience });
    };
    expect(await statusesFor(reviews, clientOfMember())).toEqual(['200']);
    expect(await statusesFor('/auth/authz/clusters/cls-other', clientOfMember())).toEqual(['403']);
    expect(await statusesFor('/auth/authz', clientOfMember())).toEqual(['403']);
    expect(await statusesFor(reviews, undefined, 'cluster:cls-other')).toEqual(['403']);
    expect(await statusesFor(reviews)).toEqual(['403']);
  });

  test('is no longer answered when it is gone, and has nothing of the hub in it', async () => {
    await hub.must(['delete', 'cluster', cluster]);
    await untilInMember('list pods', /^no.*is not known to belong to tenant "default"/);
    const { stderr } = await member.access.kubectl(['--namespace=kube-system', 'get', 'configmap', 'tke']);
    expect(stderr).toContain('NotFound');
    const isGone = async () =>
      (await hub.kubectl([...secrets, `${cluster}-authorization`])).stderr.includes('NotFound');
    await waitFor(isGone, { description: 'the Secret is collected', timeoutMs: 4 * minutes });
  });
});
