import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { freePort, waitFor, type RunningProcess } from '@tke/envtest';

import { grant, HubUnderTest, patience } from './hub-under-test.ts';

const minutes = 60_000;
// Longer than what a test waits for, so that a failure says what that was.
jest.setTimeout(10 * minutes);
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

afterAll(() => hub.remove(), 5 * minutes);

async function holder(): Promise<string> {
  return (
    await hub.must(['get', 'lease', 'tke-manager', '-n', 'tke-system', '-o', 'jsonpath={.spec.holderIdentity}'])
  ).trim();
}

function electedOtherThan(previous: string): Promise<string> {
  return waitFor(async () => ((await holder()) === previous ? '' : holder()), {
    description: `somebody else than ${JSON.stringify(previous)} leads`,
    timeoutMs: patience,
  });
}

async function reconciles(name: string): Promise<void> {
  const { policy, binding } = grant(name.toLowerCase(), 'alice', [`get${name}`]);
  await hub.apply(policy);
  await hub.apply(binding);
  await hub.must(['wait', '--for=condition=Ready', '--timeout=120s', `policybinding/${binding.metadata.name}`]);
}

/** Two managers, of which the first one leads. */
async function pair(name: string): Promise<{ leader: RunningProcess; follower: RunningProcess; first: string }> {
  const previous = await holder();
  const leader = await hub.startManager(`${name}-1`, webhookPort);
  const first = await electedOtherThan(previous);
  const follower = await hub.startManager(`${name}-2`, await freePort(Math.random));
  return { leader, follower, first };
}

/** In good order: whoever comes next need not wait for the lease. */
async function end(process: RunningProcess): Promise<void> {
  process.kill('SIGTERM');
  await process.untilExit();
}

describe('of two managers', () => {
  test('the second takes over when the leader is killed', async () => {
    const { leader, follower, first } = await pair('killed');
    await reconciles('Before');
    const { policy, binding } = grant('midway', 'alice', ['getMidway']);
    await hub.apply(policy);
    await hub.apply(binding);
    leader.kill('SIGKILL');
    await leader.untilExit();
    await electedOtherThan(first);
    await hub.must(['wait', '--for=condition=Ready', '--timeout=120s', `policybinding/${binding.metadata.name}`]);
    await end(follower);
  });

  test('the second takes over when the leader is frozen, and the first ends when it wakes up', async () => {
    const { leader, follower, first } = await pair('frozen');
    leader.kill('SIGSTOP');
    const second = await electedOtherThan(first);
    await reconciles('WhileFrozen');
    leader.kill('SIGCONT');
    const { code } = await leader.untilExit();
    expect(code).toBe(1);
    expect(await holder()).toBe(second);
    await end(follower);
  });

  test('the second takes over at once when the leader ends in good order', async () => {
    const { leader, follower, first } = await pair('stopped');
    leader.kill('SIGTERM');
    const { code } = await leader.untilExit();
    expect(code).toBe(0);
    // It has given the lease back: nobody waits until that runs out.
    expect(await holder()).not.toBe(first);
    await electedOtherThan(first);
    await end(follower);
  });
});
