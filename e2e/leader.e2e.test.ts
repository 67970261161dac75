import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { freePort, waitFor, type RunningProcess } from '@tke/envtest';

import { grant, HubUnderTest } from './hub-under-test.ts';

const minutes = 60_000;
let hub: HubUnderTest;
let webhookPort: number;

beforeAll(async () => {
  hub = await HubUnderTest.create();
  await hub.up();
  ({ managerWebhook: webhookPort } = (await hub.settings()).ports);
  const standing = await hub.process('manager');
  standing.kill('SIGTERM');
  await standing.untilExit();
}, 15 * minutes);

afterAll(() => hub.remove(), minutes);

async function holder(): Promise<string> {
  return (
    await hub.must(['get', 'lease', 'tke-manager', '-n', 'tke-system', '-o', 'jsonpath={.spec.holderIdentity}'])
  ).trim();
}

function electedOtherThan(previous: string): Promise<string> {
  return waitFor(async () => ((await holder()) === previous ? '' : holder()), {
    description: `somebody else than ${JSON.stringify(previous)} leads`,
    timeoutMs: 30_000,
  });
}

async function reconciles(name: string): Promise<void> {
  const { policy, binding } = grant(name.toLowerCase(), 'alice', [`get${name}`]);
  await hub.apply(policy);
  await hub.apply(binding);
  await hub.must(['wait', '--for=condition=Ready', '--timeout=30s', `policybinding/${binding.metadata.name}`]);
}

/** Two managers, of which the first one leads. */
async function pair(name: string): Promise<{ leader: RunningProcess; follower: RunningProcess; first: string }> {
  const previous = await holder();
  const leader = await hub.startManager(`${name}-1`, webhookPort);
  const first = await electedOtherThan(previous);
  const follower = await hub.startManager(`${name}-2`, await freePort(Math.random));
  return { leader, follower, first };
}

async function kill(...processes: RunningProcess[]): Promise<void> {
  for (const process of processes) {
    process.kill('SIGKILL');
    await process.untilExit();
  }
}

describe('of two managers', () => {
  test(
    'the second takes over when the leader is killed',
    async () => {
      const { leader, follower, first } = await pair('killed');
      await reconciles('Before');
      const { policy, binding } = grant('midway', 'alice', ['getMidway']);
      await hub.apply(policy);
      await hub.apply(binding);
      leader.kill('SIGKILL');
      await electedOtherThan(first);
      await hub.must(['wait', '--for=condition=Ready', '--timeout=30s', `policybinding/${binding.metadata.name}`]);
      await kill(leader, follower);
    },
    2 * minutes,
  );

  test(
    'the second takes over when the leader is frozen, and the first ends when it wakes up',
    async () => {
      const { leader, follower, first } = await pair('frozen');
      leader.kill('SIGSTOP');
      const second = await electedOtherThan(first);
      await reconciles('WhileFrozen');
      leader.kill('SIGCONT');
      const { code } = await leader.untilExit();
      expect(code).toBe(1);
      expect(await holder()).toBe(second);
      await kill(follower);
    },
    2 * minutes,
  );

  test(
    'the second takes over at once when the leader ends in good order',
    async () => {
      const { leader, follower, first } = await pair('stopped');
      leader.kill('SIGTERM');
      const { code } = await leader.untilExit();
      expect(code).toBe(0);
      const endedAt = Date.now();
      await electedOtherThan(first);
      // A lease of 4 s that was not released would take at least that long.
      expect(Date.now() - endedAt).toBeLessThan(3_500);
      await kill(follower);
    },
    2 * minutes,
  );
});
