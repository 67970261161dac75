import { describe, expect, test } from '@jest/globals';

import type { ObjectOf } from '@tke/meta';

import { column, defineKind } from './kind.ts';
import { crdManifest } from './manifest.ts';
import * as s from './schema.ts';

const coordinates = { group: 'example.io', version: 'v1', description: 'A thing.', namespaced: true };

const host = defineKind({
  ...coordinates,
  kind: 'Host',
  shortNames: ['hst'],
  name: s.string('Name.', { maxLength: 63 }),
  properties: { spec: s.object('Wish.', { address: s.string('Address.') }) },
  status: { facts: s.optional(s.integer('Number of facts.')) },
  columns: [column('Address', '.spec.address')],
  selectableFields: ['.spec.address'],
  rules: [{ rule: "self.metadata.name != 'localhost'", message: 'localhost is reserved' }],
});

interface Version {
  name: string;
  schema: { openAPIV3Schema: { properties: Record<string, unknown>; required: string[] } };
  additionalPrinterColumns: { name: string }[];
  [key: string]: unknown;
}

function versionOf(kind: Parameters<typeof crdManifest>[0]): Version {
  return (crdManifest(kind).spec.versions as Version[])[0]!;
}

describe('defineKind', () => {
  test.each([
    ['Policy', 'policies'],
    ['Gateway', 'gateways'],
    ['Prometheus', 'prometheuses'],
    ['Mesh', 'meshes'],
    ['Host', 'hosts'],
  ])('%s is %s in the plural', (kind, plural) => {
    const spec = s.object('Wish.', {});
    expect(defineKind({ ...coordinates, kind, properties: { spec } }).plural).toBe(plural);
  });

  test('types objects with their spec and status', () => {
    const object: ObjectOf<typeof host> = {
      apiVersion: 'example.io/v1',
      kind: 'Host',
      metadata: { name: 'a' },
      spec: { address: 'b' },
    };
    // @ts-expect-error: address is text
    object.spec.address = 1;
    object.status = { observedGeneration: 1, facts: 2, conditions: [], phase: 'Active' };
    expect(object.status.facts).toBe(2);
  });
});

describe('crdManifest', () => {
  test('names the resource', () => {
    expect(crdManifest(host)).toMatchObject({
      metadata: { name: 'hosts.example.io' },
      spec: {
        group: 'example.io',
        scope: 'Namespaced',
        names: {
          kind: 'Host',
          listKind: 'HostList',
          plural: 'hosts',
          singular: 'host',
          shortNames: ['hst'],
          categories: ['tkestack'],
        },
      },
    });
  });

  test('has the status subresource, and a status that kstatus takes for unfinished until a controller answered', () => {
    const version = versionOf(host);
    expect(version.subresources).toEqual({ status: {} });
    expect(version.schema.openAPIV3Schema.properties.status).toMatchObject({
      default: { observedGeneration: -1 },
      properties: {
        facts: { type: 'integer' },
        conditions: { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
      },
    });
    expect(version.schema.openAPIV3Schema.required).toEqual(['spec']);
  });

  test('gives no status to new objects of a kind that no controller answers for', () => {
    const spec = s.object('Wish.', {});
    const { properties } = versionOf(
      defineKind({ ...coordinates, kind: 'Key', properties: { spec }, reconciled: false }),
    ).schema.openAPIV3Schema;
    expect(properties.status).toMatchObject({ type: 'object', properties: { conditions: {} } });
    expect(properties.status).not.toHaveProperty('default');
  });

  test('prints what matters, then READY, REASON and AGE', () => {
    expect(versionOf(host).additionalPrinterColumns.map(({ name }) => name)).toEqual([
      'Address',
      'Ready',
      'Reason',
      'Age',
    ]);
  });

  test('carries the limits of metadata.name, selectable fields and rules over the whole object', () => {
    const version = versionOf(host);
    expect(version.selectableFields).toEqual([{ jsonPath: '.spec.address' }]);
    expect(version.schema.openAPIV3Schema).toMatchObject({
      properties: { metadata: { type: 'object', properties: { name: { maxLength: 63 } } } },
      'x-kubernetes-validations': [{ message: 'localhost is reserved' }],
    });
  });
});
