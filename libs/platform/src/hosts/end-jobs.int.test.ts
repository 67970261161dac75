import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { SystemdHost, waitFor } from '@tke/envtest';
import { HostPool, Secret, type Host } from '@tke/host';
import { discardLogger } from '@tke/log';
import { systemClock } from '@tke/time';

import { endJobs } from './end-jobs.ts';
import { HostLocks } from './host-locks.ts';
import { HostSessions } from './host-sessions.ts';
import { claimOf, ip } from './testing/host-lab.ts';

const timeoutMs = 180_000;
const forget = () => Promise.resolve();
let machine: SystemdHost;
let host: Host;
const pool = new HostPool({ clock: systemClock, logger: discardLogger });
let sessions: HostSessions;

beforeAll(async () => {
  machine = await SystemdHost.start();
  const login = { port: machine.port, privateKey: Buffer.from(machine.key.privateKey).toString('base64') };
  sessions = new HostSessions({
    pool,
    locks: new HostLocks(),
    claim: () => claimOf(1),
    findHost: () => ({ ip, login, proxy: undefined, tenantID: '', record: {}, remember: forget }),
    findSecret: () => undefined,
    signal: new AbortController().signal,
  });
  host = pool.host({
    ...sessions.target(ip),
    credentials: { privateKey: new Secret(machine.key.privateKey) },
    hostKeys: { kind: 'trustOnFirstUse', store: forget },
  });
}, timeoutMs);

afterAll(async () => {
  pool.close();
  await machine.stop();
}, timeoutMs);

test(
  'jobs of an interrupted plan are ended with all they started; the one that goes on, and ended ones, are left alone',
  async () => {
    const session = await sessions.open(ip);
    const argv = ['sh', '-c', 'sleep 600 & sleep 600'];
    for (const id of ['old-1', 'old-2', 'current']) {
      await host.jobs.start(id, argv, { limitMs: timeoutMs });
    }
    await host.jobs.start('ended', ['true'], { limitMs: timeoutMs });
    await waitFor(async () => (await host.jobs.poll('ended'))?.state.state === 'exited', { description: 'its end' });
    await endJobs(session, 'current');
    const state = async (id: string) => (await host.jobs.poll(id))?.state.state;
    expect(await Promise.all(['old-1', 'old-2', 'current', 'ended'].map(state))).toEqual([
      'vanished',
      'vanished',
      'running',
      'exited',
    ]);
    const sleepers = async () => (await session.script('pgrep -c sleep')).stdout;
    await waitFor(async () => (await sleepers()) === '2\n', { description: 'the sleepers of one job are left' });
  },
  timeoutMs,
);
