import { describe, expect, test } from '@jest/globals';

import { renewAnnotation, type Cluster } from '@tke/api-platform';

import { renewalNeed, untilAsked } from './renewal-due.ts';

const now = Date.UTC(2027, 5, 15, 12);
const hourMs = 3_600_000;
const at = (hours: number) => new Date(now + hours * hourMs).toISOString();

function cluster(status: Cluster['status'] = {}, asked?: string, skipConditions: string[] = []): Cluster {
  const annotations = asked === undefined ? {} : { [renewAnnotation]: asked };
  return {
    apiVersion: 'platform.tkestack.io/v1',
    kind: 'Cluster',
    metadata: { name: 'cls-a', creationTimestamp: at(-1000), annotations },
    spec: { type: 'Baremetal', features: { skipConditions } },
    status,
  };
}

const plan = (rest: object) => ({ operation: 'Renew' as const, completed: 1, total: 4, startedAt: at(-30), ...rest });
const client = (hours: number) => [{ name: 'client', notAfter: at(3000), renewAt: at(hours) }];

describe('by what is in the status', () => {
  test.each<[string, Cluster['status'], string]>([
    ['nothing is known', {}, 'none'],
    ['none is to be renewed yet', { certificates: client(1) }, 'none'],
    ['one is due', { certificates: client(0) }, 'due'],
    ['others renew it', { certificates: [{ name: 'apiserver', notAfter: at(-5) }] }, 'none'],
    ['it was renewed a while ago, to no effect', { certificates: client(-5), certificatesRenewedAt: at(-25) }, 'due'],
    ['it was renewed a moment ago', { certificates: client(-5), certificatesRenewedAt: at(-23) }, 'none'],
    ['a renewal is under way', { plan: plan({}) }, 'due'],
    [
      'a renewal has ended, which was not noted',
      { certificates: client(-5), plan: plan({ startedAt: at(-1), finishedAt: at(-1) }) },
      'none',
    ],
  ])('%s', (_name, status, kind) => {
    expect(renewalNeed(cluster(status), now)).toEqual({ kind });
  });
});

test('by what the plan leaves out nothing is due', () => {
  const need = (...skip: string[]) => renewalNeed(cluster({ certificates: client(-5) }, undefined, skip), now).kind;
  expect(need('EnsureStoreCredential')).toBe('none');
  expect(need('EnsureRenewCerts')).toBe('due');
  const certificates = [{ ...client(-5)[0]!, name: 'apiserver on 10.0.0.1' }];
  expect(renewalNeed(cluster({ certificates }, undefined, ['EnsureRenewCerts']), now)).toEqual({ kind: 'none' });
});

describe('by the annotation', () => {
  test.each<[string, string, Cluster['status'], string]>([
    ['a time that has come', at(0), {}, 'due'],
    ['one before the cluster was made', at(-1001), {}, 'none'],
    ['one before the last renewal', at(-3), { certificatesRenewedAt: at(-2) }, 'none'],
    ['one after the last renewal', at(-1), { certificatesRenewedAt: at(-2) }, 'due'],
    ['one to come', at(1), {}, 'none'],
    ['one to come does not hold up what is due', at(1), { certificates: client(0) }, 'due'],
    ['with another zone', '2027-06-15T13:59:00+02:00', {}, 'due'],
    ['none at all', '', {}, 'none'],
  ])('%s', (_name, asked, status, kind) => {
    expect(renewalNeed(cluster(status, asked), now)).toEqual({ kind });
  });

  test.each(['now', '1781524800', '2027-06-15', '2027-99-15T13:59:00Z'])('%s is no time', (value) => {
    expect(renewalNeed(cluster({}, value), now)).toEqual({ kind: 'unreadable', value });
    expect(renewalNeed(cluster({ certificates: client(0) }, value), now)).toEqual({ kind: 'due' });
  });

  test('a time to come says when to look again', () => {
    expect(untilAsked(cluster({}, at(2)), now)).toBe(2 * hourMs);
    expect(untilAsked(cluster({}, at(-2)), now)).toBeUndefined();
    expect(untilAsked(cluster(), now)).toBeUndefined();
  });
});
