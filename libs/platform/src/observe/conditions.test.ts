import { describe, expect, test } from '@jest/globals';

import type { Health } from '@tke/member-cluster';

import { certificatesValid, connected, controlPlaneHealthy, observed } from './conditions.ts';

const now = Date.parse('2026-05-01T00:00:00Z');
const healthy: Health = { state: 'Healthy', since: now, lastSeen: now, failures: 0 };
const lastError = { code: 'Timeout', class: 'Retryable', message: 'no answer within 5 s', remedy: 'Look.' } as const;
const silent: Health = { state: 'Unhealthy', since: now, lastSeen: now - 60_000, failures: 3, lastError };
const component = (available: number, unreadyOn: readonly string[] = []) => ({
  component: { type: 'etcd', replicas: { desired: 3, current: 3, updated: 3, available } },
  unreadyOn,
});

describe('Connected', () => {
  test('one unanswered probe tells nobody anything', () => {
    expect(connected({ ...silent, state: 'Suspect' })).toEqual([]);
    expect(connected({ ...silent, state: 'Unknown' })).toEqual([]);
  });

  test('says since when and why', () => {
    expect(connected(healthy)).toMatchObject([{ status: 'True' }]);
    expect(connected(silent)).toEqual([
      {
        type: 'Connected',
        status: 'False',
        reason: 'Timeout',
        message: 'The API server has not answered since 2026-04-30T23:59:00Z: no answer within 5 s. Look.',
      },
    ]);
    const never: Health = { state: 'Unhealthy', since: now, failures: 3 };
    expect(connected(never)).toMatchObject([{ reason: 'NoAnswer', message: 'The API server has never answered' }]);
  });
});

describe('ControlPlaneHealthy', () => {
  const told = (health: Health, available?: number) =>
    controlPlaneHealthy(health, available === undefined ? undefined : [component(available)]).map(
      ({ status, reason }) => `${status} ${reason}`,
    );

  test('is what the components are, and unknown while nobody answers', () => {
    expect(told(healthy, 3)).toEqual(['True AllAvailable']);
    expect(told(healthy, 2)).toEqual(['False ComponentUnavailable']);
    expect(told(healthy)).toEqual([]);
    expect(told({ ...silent, state: 'Suspect' }, 3)).toEqual([]);
    expect(told(silent, 3)).toEqual(['Unknown NotConnected']);
  });

  test.each([
    [['10.0.0.12'], 'etcd: 2 of 3 are ready, not on 10.0.0.12'],
    [['a', 'b', 'c', 'd', 'e'], 'etcd: 2 of 3 are ready, not on a, b, c and 2 more'],
  ])('names the nodes whose pods are not ready: %s', (unreadyOn, message) => {
    expect(controlPlaneHealthy(healthy, [component(2, unreadyOn)])).toMatchObject([{ message }]);
  });
});

describe('CertificatesValid', () => {
  const cases: [notAfter: string, told: string][] = [
    ['2026-04-30T23:59:59Z', 'False CertificateExpired'],
    ['2026-05-30T00:00:00Z', 'False CertificateExpiresSoon'],
    ['2026-05-31T00:00:01Z', 'True Valid'],
  ];
  test.each(cases)('the first one ends at %s: %s', (notAfter, told) => {
    const certificates = [
      { name: 'apiserver', notAfter: '2030-01-01T00:00:00Z' },
      { name: 'client', notAfter },
    ];
    const [condition] = certificatesValid(certificates, now);
    expect(`${condition!.status} ${condition!.reason}`).toBe(told);
    expect(condition!.message).toContain(`the certificate client`);
    expect(condition!.message).toContain(notAfter);
  });

  test.each<[string, object, string]>([
    ['the platform renews', { renewAt: '2026-05-01T00:00:00Z' }, 'CertificatesRenewed says why'],
    ['others renew', {}, 'renew it'],
  ])('for what %s it says where to look', (_who, more, advice) => {
    const [condition] = certificatesValid([{ name: 'client', notAfter: '2026-05-02T00:00:00Z', ...more }], now);
    expect(condition!.message).toContain(advice);
  });

  test('where none is known nothing is said', () => {
    expect(certificatesValid(undefined, now)).toEqual([]);
    expect(certificatesValid([], now)).toEqual([]);
  });
});

test('Observed names what could not be found out', () => {
  expect(observed({}).status).toBe('True');
  expect(observed({ pods: 'forbidden', nodes: 'slow' })).toMatchObject({
    status: 'False',
    message: 'what the status says of these is old: pods: forbidden; nodes: slow',
  });
});
