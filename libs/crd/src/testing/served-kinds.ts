import { describe, expect, test } from '@jest/globals';

import { pipe, succeeded, uniqueName, waitFor } from '@tke/envtest';
import { apiVersionOf, kindKey } from '@tke/meta';

import type { KindDescriptor } from '../kind.ts';
import type { GroupCluster, WrittenObject } from './group-cluster.ts';

/** Is asked once the tests run. */
type Cluster = () => GroupCluster;

// The server publishes its OpenAPI document and its discovery some time after it serves the kinds.
const timeoutMs = 60_000;

export interface ExplainedField {
  /** As `kubectl explain` takes it, e.g. `policies.spec.scope`. */
  readonly field: string;
  /** Of its description. */
  readonly text: string;
}

/** What an API server makes of the kinds of a group. */
export function servedKinds(cluster: Cluster, kinds: readonly KindDescriptor[], explained: ExplainedField): void {
  test('every CRD is established, structural and has its names', async () => {
    const conditions = await conditionsOfCrds(cluster());
    expect(conditions).toMatchObject(
      Object.fromEntries(kinds.map((kind) => [kindKey(kind), { NamesAccepted: 'True', Established: 'True' }])),
    );
    expect(JSON.stringify(conditions)).not.toContain('NonStructural');
  });

  test('every field is explained', async () => {
    const args = ['explain', explained.field, `--api-version=${apiVersionOf(kinds[0]!)}`];
    const explain = () => succeeded(cluster().access.kubectl(args));
    expect(await waitFor(explain, { description: 'kubectl to explain a field', timeoutMs })).toContain(explained.text);
  });

  test('all kinds are listed by category', async () => {
    const args = ['api-resources', '--categories=tkestack', '-o', 'name', '--cached=false'];
    const listed = async () => {
      const names = (await succeeded(cluster().access.kubectl(args))).split('\n');
      return kinds.every((kind) => names.includes(kindKey(kind)));
    };
    await waitFor(listed, { description: 'discovery to name every kind', timeoutMs });
  });
}

interface Crd {
  readonly metadata: { readonly name: string };
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}

async function conditionsOfCrds(cluster: GroupCluster): Promise<object> {
  const { items } = JSON.parse(await cluster.get('crd', '-o', 'json')) as { items: Crd[] };
  return Object.fromEntries(
    items.map(({ metadata, status }) => [
      metadata.name,
      Object.fromEntries(status.conditions.map(({ type, status: is }) => [type, is])),
    ]),
  );
}

/**
 * What kstatus sees of new objects: those of controllers are in progress until they are observed; those that no controller answers for
 * have no status and are done as they are.
 */
export function unobservedObjects(
  cluster: Cluster,
  objects: { readonly ofControllers: readonly WrittenObject[]; readonly ofNobody: readonly WrittenObject[] },
): void {
  const cases = [
    ...objects.ofControllers.map((object) => [object.kind, object, { observedGeneration: -1 }] as const),
    ...objects.ofNobody.map((object) => [object.kind, object, undefined] as const),
  ];
  describe('an object nobody has reconciled says so, as kstatus asks:', () => {
    test.each(cases)('%s', async (kind, object, status) => {
      const name = await cluster().created(object);
      const [group = '', version = ''] = object.apiVersion.split('/');
      expect((await cluster().stored(`${kind}.${version}.${group}`, name)).status).toEqual(status);
    });
  });
}

/** One test for each field that objects are selected by; the made object has the value in it, which is fit for a name. */
export function selectedBy(
  cluster: Cluster,
  cases: readonly (readonly [kind: string, field: string, make: (value: string) => WrittenObject])[],
): void {
  test.each(cases)('%s by %s', async (kind, field, make) => {
    const [value = '', other = ''] = [uniqueName('v'), uniqueName('v')].map((name) => name.replace('-', ''));
    const [wanted, unwanted] = [make(value), make(other)];
    await succeeded(pipe(cluster().access, ['create'], wanted, unwanted));
    const stdout = await cluster().get(kind, '-o', 'name', `--field-selector=${field}=${value}`);
    expect(stdout.trim().split('\n')).toEqual([expect.stringContaining(wanted.metadata.name!)]);
  });
}
