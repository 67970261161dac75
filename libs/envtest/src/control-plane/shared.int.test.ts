import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { load } from 'js-yaml';

import { certificateInfo } from '@tke/pki';

import { selectedVersion, defaultVersion } from '../binaries/versions.ts';
import { sharedControlPlane } from '../jest/shared-control-plane.ts';
import { applyManifests } from '../manifests.ts';
import { uniqueName } from '../unique-name.ts';
import { waitFor } from '../wait-for.ts';
import type { ClusterAccess } from './cluster-access.ts';

jest.setTimeout(120_000);

let controlPlane: ClusterAccess;

beforeAll(async () => {
  controlPlane = await sharedControlPlane();
});

function canI(user: string, ...question: string[]) {
  return controlPlane.kubectl(['auth', 'can-i', ...question], { user });
}

describe('the shared control plane', () => {
  test('runs the selected version', async () => {
    const { stdout } = await controlPlane.kubectl(['version', '-o', 'json']);
    const { serverVersion, clientVersion } = JSON.parse(stdout);
    expect(serverVersion.gitVersion).toBe(controlPlane.version);
    expect(clientVersion.gitVersion).toBe(controlPlane.version);
    expect(controlPlane.version).toMatch(`v${selectedVersion(process.env) ?? defaultVersion}.`);
  });

  test('has the namespace "default" from the first moment', async () => {
    const { stdout, code } = await controlPlane.kubectl(['get', 'namespaces', '-o', 'name']);
    expect(code).toBe(0);
    expect(stdout).toContain('namespace/default');
  });

  test('takes pods without a service account, since nobody makes one', async () => {
    const name = uniqueName('pod');
    const spec = { containers: [{ name: 'a', image: 'a' }] };
    await applyManifests(controlPlane, [
      { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec },
    ]);
    expect((await controlPlane.kubectl(['get', 'pod', name])).code).toBe(0);
  });
});

describe('users', () => {
  test('a user may do what RBAC grants to the user or a group, and nothing else', async () => {
    const [alice, bob, readers] = [uniqueName('alice'), uniqueName('bob'), uniqueName('readers')];
    await controlPlane.user(alice, { groups: [readers] });
    await controlPlane.user(bob);
    await controlPlane.kubectl(['create', 'clusterrole', readers, '--verb=list', '--resource=pods']);
    await controlPlane.kubectl([
      'create',
      'clusterrolebinding',
      readers,
      `--clusterrole=${readers}`,
      `--group=${readers}`,
    ]);
    const aliceMayList = async () => (await canI(alice, 'list', 'pods')).code === 0;
    await waitFor(aliceMayList, { description: 'the binding is in the authorizer of the apiserver' });
    expect(await canI(alice, 'delete', 'pods')).toMatchObject({ stdout: 'no\n', code: 1 });
    expect(await canI(bob, 'list', 'pods')).toMatchObject({ stdout: 'no\n', code: 1 });
    const refused = await controlPlane.kubectl(['get', 'pods'], { user: bob });
    expect(refused.stderr).toContain(`User "${bob}" cannot list resource "pods"`);
    expect(refused.code).toBe(1);
  });

  test('the server knows user and groups from the certificate', async () => {
    const name = `system:serviceaccount:${uniqueName('ns')}:robot/1`;
    await controlPlane.user(name, { groups: ['tenant:default', 'developers'] });
    const { stdout } = await controlPlane.kubectl(['auth', 'whoami', '-o', 'json'], { user: name });
    expect(JSON.parse(stdout).status.userInfo).toMatchObject({
      username: name,
      groups: ['tenant:default', 'developers', 'system:authenticated'],
    });
  });

  test('a kubeconfig is for its owner alone and carries everything', async () => {
    const path = await controlPlane.user(uniqueName('carol'));
    expect(statSync(path).mode & 0o077).toBe(0);
    const config = load(readFileSync(path, 'utf8')) as { clusters: [{ cluster: Record<string, string> }] };
    const { server, 'certificate-authority-data': ca = '' } = config.clusters[0].cluster;
    expect(server).toBe(controlPlane.url);
    const { fingerprint } = certificateInfo(Buffer.from(ca, 'base64').toString());
    expect(fingerprint).toBe(certificateInfo(controlPlane.pki.ca.certPem).fingerprint);
  });

  test('a user that was not made is named', async () => {
    await expect(controlPlane.kubectl(['get', 'pods'], { user: 'nobody' })).rejects.toMatchObject({
      code: 'UnknownUser',
      message: expect.stringContaining('"nobody"'),
    });
  });

  test('a stranger gets nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tke-stranger-'));
    const path = join(folder, 'kubeconfig');
    const config = load(readFileSync(controlPlane.kubeconfigPath, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...config, users: [{ name: 'user', user: { token: 'guessed' } }] }));
    const { stderr, code } = await controlPlane.kubectl(['get', 'pods', `--kubeconfig=${path}`]);
    rmSync(folder, { recursive: true });
    expect(stderr).toContain('Unauthorized');
    expect(code).toBe(1);
  });
});

describe('applyManifests', () => {
  const group = `${uniqueName('g')}.example.com`;
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Cluster',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { size: { type: 'integer', maximum: 9 } } } },
        },
      ],
    },
  };
  const widget = (size: number) => ({ apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name: 'a' }, size });

  test('serves new kinds before it makes their objects, in whatever order they come', async () => {
    await applyManifests(controlPlane, [widget(1), crd]);
    const { stdout } = await controlPlane.kubectl(['get', `widgets.${group}`, 'a', '-o', 'jsonpath={.size}']);
    expect(stdout).toBe('1');
  });

  test('takes YAML of several documents, and fields from other owners', async () => {
    const text = ['', JSON.stringify(crd), JSON.stringify(widget(2)), ''].join('\n---\n');
    await applyManifests(controlPlane, text, { fieldManager: 'somebody-else' });
    const { stdout } = await controlPlane.kubectl(['get', `widgets.${group}`, 'a', '-o', 'jsonpath={.size}']);
    expect(stdout).toBe('2');
  });

  test('fails with the words of kubectl', async () => {
    await expect(applyManifests(controlPlane, [crd, widget(10)])).rejects.toMatchObject({
      code: 'ApplyFailed',
      message: expect.stringContaining('should be less than or equal to 9'),
    });
  });

  test('acts for a user', async () => {
    const user = uniqueName('dave');
    await controlPlane.user(user);
    await applyManifests(controlPlane, [crd]);
    await expect(applyManifests(controlPlane, [widget(3)], { user })).rejects.toThrow(`User "${user}" cannot patch`);
  });
});
