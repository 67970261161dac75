import { PassThrough } from 'node:stream';

import { expect, test } from '@jest/globals';
import { createLogger } from '@tke/log';
import { FakeClock } from '@tke/time';
import { Registry } from 'prom-client';

import type { Decided } from './authorize.ts';
import { decisionLog, type DecisionLogMode } from './decision-log.ts';

const decided: Decided = {
  spec: {
    user: 'ann',
    groups: ['devs', 'system:authenticated'],
    extra: { 'tkestack.io/tenantid': ['t'], 'example.io/token': ['hunter2'] },
    resourceAttributes: {
      verb: 'list',
      group: 'apps',
      version: 'v1',
      resource: 'deployments',
      namespace: 'shop',
      fieldSelector: [{ key: 'metadata.name', operator: 'In', values: ['web'] }],
      labelSelector: [{ key: 'app', operator: 'Exists', values: [] }],
    },
  },
  cluster: 'cls-1',
  verdict: { kind: 'deny', reason: 'policy "pol-a" denies' },
  milliseconds: 0.0123,
  revision: '4821',
};

function logOf(mode: DecisionLogMode, perSecond = 3) {
  const clock = new FakeClock();
  const registry = new Registry();
  const stream = new PassThrough({ encoding: 'utf8' });
  let text = '';
  stream.on('data', (chunk: string) => (text += chunk));
  const record = decisionLog({ mode, perSecond, logger: createLogger({ stream }), clock, registry });
  const lines = () =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const dropped = async () => Number(/_dropped_total (\d+)/.exec(await registry.metrics())?.[1]);
  return { clock, record, lines, dropped, text: () => text };
}

test('a line holds what is needed to ask again, and nothing of what an authenticator added', () => {
  const { record, lines, text } = logOf('all');
  record(decided);
  const { timestamp, ...line } = lines()[0]!;
  expect(timestamp).toEqual(expect.any(String));
  expect(line).toEqual({
    level: 'info',
    logger: 'decisions',
    message: 'decision',
    user: 'ann',
    tenant: 't',
    groups: ['devs', 'system:authenticated'],
    cluster: 'cls-1',
    resource: {
      verb: 'list',
      group: 'apps',
      version: 'v1',
      resource: 'deployments',
      namespace: 'shop',
      fieldSelector: [{ key: 'metadata.name', operator: 'In', values: ['web'] }],
    },
    decision: 'deny',
    reason: 'policy "pol-a" denies',
    micros: 12,
    revision: '4821',
  });
  expect(text()).not.toContain('hunter2');
});

test('a path, the hub and a decision that failed are told too', () => {
  const { record, lines } = logOf('all');
  const spec = { user: 'ann', nonResourceAttributes: { verb: 'get', path: '/metrics' } };
  record({ ...decided, spec, cluster: undefined, verdict: undefined });
  expect(lines()[0]).toMatchObject({ cluster: null, path: { verb: 'get', path: '/metrics' }, decision: 'error' });
  expect(lines()[0]).not.toHaveProperty('resource');
  expect(lines()[0]).not.toHaveProperty('tenant');
});

test.each<[DecisionLogMode, string[]]>([
  ['off', []],
  ['denied', ['deny', 'noOpinion']],
  ['all', ['allow', 'deny', 'noOpinion']],
])('%s logs %j', (mode, expected) => {
  const { record, lines } = logOf(mode);
  for (const kind of ['allow', 'deny', 'noOpinion'] as const) {
    record({ ...decided, verdict: { kind, reason: '' } });
  }
  expect(lines().map(({ decision }) => decision)).toEqual(expected);
});

test('what is too much for a second is dropped and counted', async () => {
  const { record, lines, dropped, clock } = logOf('all', 3);
  const burst = () => Array.from({ length: 10 }).forEach(() => record(decided));
  burst();
  expect([lines().length, await dropped()]).toEqual([4, 6]);
  await clock.advance(1000);
  burst();
  expect([lines().length, await dropped()]).toEqual([7, 13]);
});

test('of very many groups a line shows some', () => {
  const { record, lines } = logOf('all');
  record({ ...decided, spec: { ...decided.spec, groups: Array.from({ length: 4000 }, (_, at) => `g${at}`) } });
  expect(lines()[0]!.groups).toHaveLength(100);
});
