import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { loadAll } from 'js-yaml';

import { crdManifest } from '@tke/crd';
import { applyManifests, ControlPlane, succeeded } from '@tke/envtest';
import type { KubeObject } from '@tke/meta';

import { businessGroup } from './group.ts';
import { businessKinds } from './kinds.ts';

jest.setTimeout(120_000);

const folder = join(import.meta.dirname, 'testdata', 'tkestack');
const files = readdirSync(folder);

// One with a controller manager: namespaces end there.
let cluster: ControlPlane;

beforeAll(async () => {
  cluster = await ControlPlane.start({ controllerManager: true });
  await applyManifests(cluster, businessKinds.map(crdManifest));
});

afterAll(() => cluster.stop());

/** Applies the file as its author would, and takes everything away again. */
async function applied(file: string, ...flags: readonly string[]): Promise<{ lines: string[]; stored: KubeObject[] }> {
  const path = join(folder, file);
  try {
    const stdout = await succeeded(cluster.kubectl(['apply', '--validate=strict', ...flags, '-f', path]));
    const list = JSON.parse(await succeeded(cluster.kubectl(['get', '-o', 'json', '-f', path]))) as KubeObject & {
      items?: KubeObject[];
    };
    return { lines: stdout.trim().split('\n'), stored: (list.items ?? [list]).filter(isOurs) };
  } finally {
    await succeeded(cluster.kubectl(['delete', '--ignore-not-found', '-f', path]));
  }
}

function isOurs({ apiVersion }: { apiVersion?: string }): boolean {
  return apiVersion?.startsWith(businessGroup.group) === true;
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

test.each(files)('%s, written for TKEStack, applies unchanged, and nothing of its spec is lost', async (file) => {
  const { lines, stored } = await applied(file);
  expect(lines.every((line) => line.endsWith(' created'))).toBe(true);
  const originals = (loadAll(readFileSync(join(folder, file), 'utf8')) as { spec?: object }[]).filter(isOurs as never);
  expect(stored.map((object) => withoutNulls((object as { spec?: object }).spec))).toEqual(
    originals.map(({ spec }) => withoutNulls(spec)),
  );
});

// No server-side apply of any kind takes the uid of another server, or null for a list.
test.each(files.filter((file) => !['project-stored.yaml', 'go-nulls.yaml'].includes(file)))(
  '%s, written for TKEStack, applies server-side',
  async (file) => {
    const { lines } = await applied(file, '--server-side');
    expect(lines.every((line) => line.endsWith(' serverside-applied'))).toBe(true);
  },
);

test.each(['project-stored.yaml', 'namespaces.yaml', 'registry-links.yaml'])(
  'the status in %s is dropped: the ledger is not for authors to write',
  async (file) => {
    const { stored } = await applied(file);
    const statuses = stored.map((object) => (object as { status?: object }).status ?? {});
    expect(statuses.every((status) => ['{}', '{"observedGeneration":-1}'].includes(JSON.stringify(status)))).toBe(true);
  },
);
