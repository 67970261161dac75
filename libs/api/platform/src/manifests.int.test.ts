import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, expect, jest, test } from '@jest/globals';
import { loadAll } from 'js-yaml';

import { crdManifest } from '@tke/crd';
import { applyManifests, sharedControlPlane, succeeded, type ClusterAccess } from '@tke/envtest';
import type { KubeObject } from '@tke/meta';

import { platformKinds } from './kinds.ts';

jest.setTimeout(120_000);

const folder = join(import.meta.dirname, 'testdata', 'tkestack');
const files = readdirSync(folder);

let cluster: ClusterAccess;

beforeAll(async () => {
  cluster = await sharedControlPlane();
  await applyManifests(cluster, platformKinds.map(crdManifest));
});

/** Applies the file as its author would, and takes everything away again. */
async function applied(file: string, ...flags: readonly string[]): Promise<{ lines: string[]; stored: KubeObject[] }> {
  const path = join(folder, file);
  try {
    const stdout = await succeeded(cluster.kubectl(['apply', '--validate=strict', ...flags, '-f', path]));
    const list = JSON.parse(await succeeded(cluster.kubectl(['get', '-o', 'json', '-f', path]))) as KubeObject & {
      items?: KubeObject[];
    };
    return { lines: stdout.trim().split('\n'), stored: list.items ?? [list] };
  } finally {
    await succeeded(cluster.kubectl(['delete', '--ignore-not-found', '-f', path]));
  }
}

/** The part of an object that its author writes: spec, or what stands in its place. */
function written(object: Record<string, unknown>): unknown {
  const ours = ['apiVersion', 'kind', 'metadata', 'status'];
  return object.spec ?? Object.fromEntries(Object.entries(object).filter(([field]) => !ours.includes(field)));
}

/** The API server drops nulls where a field may be left out as well. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutNulls);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const fields = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutNulls(field)]));
}

const withoutManifestsOf = (...names: readonly string[]) => files.filter((file) => !names.includes(file));

test.each(files)('%s, written for TKEStack, applies unchanged, and nothing of it is lost', async (file) => {
  const { lines, stored } = await applied(file);
  expect(lines.every((line) => line.endsWith(' created'))).toBe(true);
  const originals = loadAll(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>[];
  expect(stored.map((object) => withoutNulls(written(object as never)))).toEqual(
    originals.map(written).map(withoutNulls),
  );
});

// No server-side apply of any kind takes the uid of another server, or null for a list.
test.each(withoutManifestsOf('cluster-baremetal-stored.yaml', 'go-nulls.yaml'))(
  '%s, written for TKEStack, applies server-side',
  async (file) => {
    const { lines } = await applied(file, '--server-side');
    expect(lines.every((line) => line.endsWith(' serverside-applied'))).toBe(true);
  },
);

test('nulls where Go has nil are taken for absent fields', async () => {
  const { stored } = await applied('go-nulls.yaml');
  expect(JSON.stringify(stored.map((object) => written(object as never)))).not.toContain('null');
});

test('the status of a manifest is dropped: controllers say what is observed', async () => {
  const { stored } = await applied('cluster-baremetal-stored.yaml');
  expect(stored).toEqual([expect.objectContaining({ status: { observedGeneration: -1 } })]);
});
