import { rule, type Rule } from '@tke/api-auth';
import { crdManifest } from '@tke/crd';
import { applyManifests, type ControlPlane } from '@tke/envtest';
import type { Client } from '@tke/kube-client';
import type { Kind, KubeObject } from '@tke/meta';

import { item, itemCrd, newItem } from './item.ts';

const parallel = 32;

export async function installKinds(controlPlane: ControlPlane): Promise<void> {
  await applyManifests(controlPlane, [crdManifest(rule), itemCrd]);
}

export async function fillRules(client: Client, count: number): Promise<void> {
  await fill(client, rule, count, newRule);
}

/** Leaves exactly `count` Items, none of them Ready. */
export async function fillItems(client: Client, count: number): Promise<void> {
  await client.deleteCollection(item, { namespace: 'default' });
  await fill(client, item, count, newItem);
}

async function fill<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  count: number,
  make: (index: number) => T,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      await client.create(kind, make(index));
    }
  };
  process.stderr.write(`creating ${count} ${kind.plural} ...\n`);
  await Promise.all(Array.from({ length: parallel }, worker));
}

/** As the compiler writes them: a row of one of 1,000 policies. */
function newRule(index: number): Rule {
  return {
    apiVersion: 'auth.tkestack.io/v1',
    kind: 'Rule',
    metadata: {
      name: `rul-${index.toString(16).padStart(40, '0')}`,
      labels: { 'auth.tkestack.io/source-uid': `00000000-0000-0000-0000-${String(index % 1_000).padStart(12, '0')}` },
      annotations: { 'auth.tkestack.io/source': `Policy/pol-${index % 1_000}` },
    },
    spec: {
      ptype: 'p',
      v0: `pol-${index % 1_000}`,
      v1: '*',
      v2: `namespace:team-${index % 500}/*`,
      v3: `getThing${index}`,
      v4: 'allow',
    },
  };
}
