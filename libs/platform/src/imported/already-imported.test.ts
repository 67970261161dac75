import { describe, expect, test } from '@jest/globals';

import type { Cluster } from '@tke/api-platform';

import { alreadyImported, markObjection } from './already-imported.ts';

const clusterOf = (name: string, tenantID: string, uid?: string) =>
  ({ metadata: { name, uid: `uid-${name}` }, spec: { type: 'Imported', tenantID }, status: { uid } }) as Cluster;
const us = clusterOf('cls-us', 'default');
const ours = { hub: 'hub-1', cluster: 'cls-us', uid: 'uid-cls-us' };
const mark = (hub: string, cluster: string) => ({ data: { hub, cluster, clusterUID: `uid-${cluster}` } });

describe('by the UID of the namespace kube-system', () => {
  test('another Cluster is named to its own tenant only', () => {
    const told = (tenant: string) => alreadyImported(us, [us, clusterOf('cls-a', tenant, 'kube')], 'kube')?.message;
    expect(told('default')).toBe('the cluster is that of Cluster cls-a already');
    expect(told('other')).toBe('the cluster is that of a Cluster of another tenant already');
  });

  test('it is not in its own way, nor are others', () => {
    const itself = clusterOf('cls-us', 'default', 'kube');
    expect(alreadyImported(itself, [itself, clusterOf('cls-a', 'default', 'else')], 'kube')).toBeUndefined();
  });
});

describe('by the mark', () => {
  const others = [us, clusterOf('cls-a', 'default'), clusterOf('cls-b', 'other')];
  const objection = markObjection(us, others, ours);

  test('of another Cluster of this hub', () => {
    expect(objection(mark('hub-1', 'cls-a'))).toMatchObject({
      code: 'AlreadyImported',
      message: expect.stringMatching(/Cluster cls-a$/),
    });
    expect(objection(mark('hub-1', 'cls-b'))?.message).not.toContain('cls-b');
  });

  test('of a Cluster of this hub that is gone: no objection', () => {
    expect(objection(mark('hub-1', 'cls-gone'))).toBeUndefined();
  });

  test('of another hub', () => {
    const error = objection(mark('hub-2', 'cls-x'));
    expect(error).toMatchObject({ code: 'OfAnotherHub', remedy: expect.stringContaining('delete configmap tke') });
    expect(error?.message).toContain('hub "hub-2" has it as Cluster "cls-x"');
  });

  test('that does not say whose it is, as those of TKEStack', () => {
    expect(objection({})).toMatchObject({ code: 'OfAnotherHub' });
  });

  test('with a text as long as an attacker likes', () => {
    expect(objection(mark('x'.repeat(100_000), 'y'.repeat(100_000)))?.message.length).toBeLessThan(500);
  });
});
