import { describe, expect, test } from '@jest/globals';

import type { ResourceQuota } from './member-kinds.ts';
import { quotaHard, observedUse } from './quota-names.ts';
import { reportUsage, staleUsage } from './usage.ts';

const now = Date.UTC(2026, 0, 1);
const at = (ms: number) => new Date(now + ms).toISOString();
const quota = (used: Record<string, string>): ResourceQuota => ({
  ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: {} },
  status: { used },
});
const hard = { cpu: '2', pods: '10' };

describe('the use is told', () => {
  test('with the highest share of a limit', () => {
    const report = reportUsage(undefined, hard, quota({ cpu: '1', pods: '9', secrets: '5' }), now);
    expect(report).toEqual({ fields: { used: { cpu: '1', pods: '9' }, usedAt: at(0), utilisation: '90% pods' } });
  });

  test.each([
    ['2', '100% cpu'],
    ['1999m', '100% cpu'],
    ['1m', '1% cpu'],
    ['3', '150% cpu'],
  ])('%s of 2 cpu as %s', (cpu, utilisation) => {
    expect(reportUsage(undefined, { cpu: '2' }, quota({ cpu }), now).fields.utilisation).toBe(utilisation);
  });

  test('all of a limit of nothing, when something is used', () => {
    const share = (pods: string) => reportUsage(undefined, { pods: 0 }, quota({ pods }), now).fields.utilisation;
    expect([share('0'), share('1')]).toEqual(['0% pods', '100% pods']);
  });

  const told = { used: { cpu: '1', pods: '1' }, usedAt: at(-4_000), utilisation: '50% cpu' };

  test('later, when it was told a moment ago', () => {
    expect(reportUsage(told, hard, quota({ cpu: '2', pods: '1' }), now)).toEqual({ fields: told, dueInMs: 6_000 });
    const after = reportUsage(told, hard, quota({ cpu: '2', pods: '1' }), now + 6_000);
    expect(after.fields).toMatchObject({ used: { cpu: '2' }, usedAt: at(6_000) });
  });

  test('again only when it changes', () => {
    expect(reportUsage(told, hard, quota({ cpu: '1', pods: '1' }), now + 3_600_000)).toEqual({ fields: told });
  });

  test('at once when the clock was set back meanwhile', () => {
    expect(reportUsage(told, hard, quota({ cpu: '2', pods: '1' }), now - 3_600_000).dueInMs).toBeUndefined();
  });

  test('as a share of the limits of today', () => {
    const { fields } = reportUsage(told, { cpu: '4', pods: '2' }, quota({ cpu: '1', pods: '1' }), now);
    expect(fields).toMatchObject({ utilisation: '50% pods', usedAt: told.usedAt });
  });

  test('not before it was counted', () => {
    const fresh: ResourceQuota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: {} };
    expect(reportUsage(undefined, hard, fresh, now)).toEqual({ fields: {} });
  });

  test('of a silent member, with when it was right', () => {
    expect(staleUsage(told, now)).toEqual({ ...told, usedAt: at(0) });
    expect(staleUsage(told, now - 60_000)).toEqual(told);
    expect(staleUsage({}, now)).toEqual({});
  });
});

test('extended resources are limited by their requests; of two names for the same the lower limit holds', () => {
  const wanted = { 'nvidia.com/gpu': 4, 'requests.nvidia.com/gpu': '2', 'requests.cpu': '1' };
  expect(quotaHard(wanted)).toEqual({ 'requests.nvidia.com/gpu': '2', 'requests.cpu': '1' });
  expect(observedUse(wanted, { 'requests.nvidia.com/gpu': '1', pods: '3' })).toEqual({
    'nvidia.com/gpu': '1',
    'requests.nvidia.com/gpu': '1',
  });
});
