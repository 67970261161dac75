import { describe, expect, test } from '@jest/globals';

import { Secret } from '@tke/host';
import { FakeClock } from '@tke/time';

import { authzConfigPath, authzKubeconfigPath } from '../kubeadm/paths.ts';
import { machines, testScope } from '../steps/testing/scope.ts';
import { AuthorizationKeeper } from './authorization-keeper.ts';

const [first, second] = ['10.0.0.11', '10.0.0.12'] as const;
const signal = new AbortController().signal;
const files = (version: string) => ({
  configuration: `config ${version}`,
  kubeconfig: new Secret(`kubeconfig ${version}`),
  renewAt: 0,
  notAfter: 0,
});

function world() {
  const clock = new FakeClock();
  const scope = testScope({ spec: { machines: machines(first, second) } });
  const states: Record<string, string> = { [first]: 'current', [second]: 'current' };
  const dead = new Set<string>();
  for (const ip of [first, second]) {
    scope.host(ip).answer = () => ({ stdout: `${states[ip] ?? ''}\n` });
  }
  const open = (ip: string) =>
    dead.has(ip) ? Promise.reject(new Error('connect ECONNREFUSED')) : Promise.resolve(scope.host(ip));
  const keeper = new AuthorizationKeeper(clock);
  const keep = (version: string) => keeper.keep({ ...scope, session: open }, files(version), signal);
  return { clock, scope, states, dead, keep };
}

describe('AuthorizationKeeper', () => {
  test('puts new files on every host, the configuration last, and nothing while they are the same', async () => {
    const { scope, keep } = world();
    expect(await keep('1')).toMatchObject({ status: 'True', reason: 'InUse' });
    for (const ip of [first, second]) {
      expect([...scope.host(ip).files].map(([path, { content }]) => [path, content])).toEqual([
        [authzKubeconfigPath, 'kubeconfig 1'],
        [authzConfigPath, 'config 1'],
      ]);
    }
    const asked = scope.host(first).ran.length;
    expect(await keep('1')).toMatchObject({ status: 'True' });
    expect(scope.host(first).ran).toHaveLength(asked);
    await keep('2');
    expect(scope.host(second).files.get(authzKubeconfigPath)?.content).toBe('kubeconfig 2');
  });

  test('looks again until the API servers have taken them up', async () => {
    const { clock, states, keep } = world();
    states[second] = 'pending';
    expect(await keep('1')).toMatchObject({
      status: 'Unknown',
      reason: 'NotTakenUp',
      message: expect.stringContaining(second),
    });
    states[second] = 'current';
    expect(await keep('1')).toMatchObject({ status: 'Unknown' });
    await clock.advance(30_000);
    expect(await keep('1')).toMatchObject({ status: 'True' });
  });

  test('says which API server goes on with the former ones', async () => {
    const { states, keep } = world();
    states[first] = 'refused';
    expect(await keep('1')).toMatchObject({
      status: 'False',
      reason: 'Refused',
      message: expect.stringContaining(first),
    });
  });

  test('says which API server was never told of them', async () => {
    const { states, keep } = world();
    states[second] = 'off';
    expect(await keep('1')).toMatchObject({
      status: 'False',
      reason: 'NotConfigured',
      message: expect.stringContaining(`${second} were started without --authorization-config`),
    });
  });

  test('a host that does not answer gets them later, the others at once', async () => {
    const { clock, scope, dead, keep } = world();
    dead.add(first);
    expect(await keep('1')).toMatchObject({
      status: 'False',
      reason: 'HostNotReached',
      message: expect.stringContaining(`${first} (connect ECONNREFUSED)`),
    });
    expect(scope.host(second).files.has(authzConfigPath)).toBe(true);
    dead.clear();
    await clock.advance(30_000);
    expect(await keep('1')).toMatchObject({ status: 'True' });
    expect(scope.host(first).files.has(authzConfigPath)).toBe(true);
  });
});
