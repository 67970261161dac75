import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { crdManifest } from '@tke/crd';
import { Originals, originalsApply } from '@tke/crd/testing';
import { ControlPlane, applyManifests, succeeded } from '@tke/envtest';

import { authGroup } from './group.ts';
import { authKinds } from './kinds.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');

// A control plane of its own: these manifests bring names that other tests may use too.
let cluster: ControlPlane;

beforeAll(async () => {
  cluster = await ControlPlane.start();
  await applyManifests(cluster, authKinds.map(crdManifest));
});

afterAll(() => cluster.stop());

async function deleted(...args: readonly string[]): Promise<void> {
  await succeeded(cluster.kubectl(['delete', ...args]));
}

async function applied(...args: readonly string[]): Promise<readonly string[]> {
  const stdout = await succeeded(cluster.kubectl(['apply', '--validate=strict', ...args]));
  return stdout.trim().split('\n');
}

const originals = new Originals(join(import.meta.dirname, 'testdata', 'tkestack'), authGroup.group, () => cluster);
originalsApply(originals, ['identityprovider-ldap.yaml', 'policy-addon-full-access.yaml', 'rules.yaml']);

describe.each(['config/hub', 'config/samples', 'config/samples/identityprovider-ldap.yaml'])('%s', (path) => {
  const flag = path.endsWith('.yaml') ? '-f' : '-k';

  test('applies, and applies again', async () => {
    const first = await applied(flag, join(root, path));
    expect(first.every((line) => line.endsWith(' created'))).toBe(true);
    expect(await applied(flag, join(root, path))).toHaveLength(first.length);
    await deleted(flag, join(root, path));
  });

  test('applies server-side', async () => {
    const lines = await applied('--server-side', flag, join(root, path));
    expect(lines.every((line) => line.endsWith(' serverside-applied'))).toBe(true);
    await deleted(flag, join(root, path));
  });
});

test.each(['config/default', 'config/authz-webhook'])(
  '%s applies server-side, twice without a change',
  async (path) => {
    const args = ['--server-side', '--force-conflicts', '-k', join(root, path)];
    // The namespace must be there before what is in it: kubectl puts it first.
    expect((await applied(...args)).every((line) => line.endsWith(' serverside-applied'))).toBe(true);
    const generation = ['get', 'crd,deployment,daemonset', '-A', '-o', 'jsonpath={.items[*].metadata.generation}'];
    const before = await succeeded(cluster.kubectl(generation));
    await applied(...args);
    expect(await succeeded(cluster.kubectl(generation))).toBe(before);
  },
);

test('config/default has nothing that waits for a Secret somebody must make', async () => {
  const manifests = await succeeded(cluster.kubectl(['kustomize', join(root, 'config/default')]));
  expect(manifests).not.toContain('secretName');
});

test('with no webhook server behind the configurations, objects are still created, checked and deleted', async () => {
  await applied('--server-side', '--force-conflicts', '-k', join(root, 'config/webhook'));
  await applied('-k', join(root, 'config/hub'));
  const patch = ['patch', 'usr', 'usr-alice', '--type=merge', '-p', '{"spec":{"username":"mallory"}}'];
  const { stderr } = await cluster.kubectl(patch);
  expect(stderr).toContain('username cannot be changed');
  await deleted('usr', 'usr-alice');
});
