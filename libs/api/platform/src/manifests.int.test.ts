import { join } from 'node:path';

import { beforeAll, expect, test } from '@jest/globals';

import { authored, GroupCluster, Originals, originalsApply } from '@tke/crd/testing';

import { platformGroup } from './group.ts';
import { platformKinds } from './kinds.ts';

let cluster: GroupCluster;

beforeAll(async () => {
  cluster = await GroupCluster.with(platformKinds);
});

const folder = join(import.meta.dirname, 'testdata', 'tkestack');
const originals = new Originals(folder, platformGroup.group, () => cluster.access);

originalsApply(originals, ['cluster-baremetal-stored.yaml', 'go-nulls.yaml']);

test('nulls where Go has nil are taken for absent fields', async () => {
  const { stored } = await originals.applied('go-nulls.yaml');
  expect(JSON.stringify(stored.map(authored))).not.toContain('null');
});

test('the status of a manifest is dropped: controllers say what is observed', async () => {
  const { stored } = await originals.applied('cluster-baremetal-stored.yaml');
  expect(stored).toEqual([expect.objectContaining({ status: { observedGeneration: -1 } })]);
});
