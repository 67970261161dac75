import { join } from 'node:path';

import { beforeAll, expect, test } from '@jest/globals';

import { GroupCluster, Originals, originalsApply } from '@tke/crd/testing';

import { businessGroup } from './group.ts';
import { businessKinds } from './kinds.ts';

let cluster: GroupCluster;

beforeAll(async () => {
  cluster = await GroupCluster.with(businessKinds);
});

const folder = join(import.meta.dirname, 'testdata', 'tkestack');
const originals = new Originals(folder, businessGroup.group, () => cluster.access);

originalsApply(originals, ['project-stored.yaml', 'go-nulls.yaml']);

test.each(['project-stored.yaml', 'namespaces.yaml', 'registry-links.yaml'])(
  'the status in %s is dropped: the ledger is not for authors to write',
  async (file) => {
    const { stored } = await originals.applied(file);
    const statuses = stored.map((object) => (object as { status?: object }).status ?? {});
    expect(statuses.every((status) => ['{}', '{"observedGeneration":-1}'].includes(JSON.stringify(status)))).toBe(true);
  },
);
