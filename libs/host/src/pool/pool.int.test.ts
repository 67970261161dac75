import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { uniqueName } from '@tke/envtest';
import { discardLogger } from '@tke/log';
import { FakeClock, systemClock } from '@tke/time';

import { HostPool } from '../host-pool.ts';
import { Secret } from '../secret.ts';
import type { HostTarget } from '../ssh/target.ts';
import { SshLab, until } from '../testing/hosts.ts';
import { running } from '../testing/processes.ts';
import type { PoolOptions } from './connection-pool.ts';

jest.setTimeout(180_000);

let lab: SshLab;
let self: HostTarget;
beforeAll(async () => {
  lab = await SshLab.start();
  // A user with a plain shell is faster than whatever the shell of this user reads at its start.
  self = (await lab.user()).target;
});
afterAll(() => lab.stop());

async function withPool<T>(options: Partial<PoolOptions>, work: (pool: HostPool) => Promise<T>): Promise<T> {
  const pool = new HostPool({ clock: systemClock, logger: discardLogger, connectTimeoutMs: 60_000, ...options });
  try {
    return await work(pool);
  } finally {
    pool.close();
  }
}

const user = { sudo: false };

describe('connections to hosts', () => {
  test('are shared: many commands at once and one after the other take one, eight at a time', async () => {
    const connected: string[] = [];
    await withPool({ onConnect: ({ address }) => connected.push(address) }, async (pool) => {
      const seats = join(lab.folder, uniqueName('seats'));
      mkdirSync(seats);
      chmodSync(seats, 0o777);
      const release = join(lab.folder, uniqueName('release'));
      const wait = `mktemp -p ${seats} > /dev/null; while [ ! -e ${release} ]; do sleep 0.1; done`;
      const all = Array.from({ length: 20 }, () => pool.host(self).run(['sh', '-c', wait], user));
      void Promise.allSettled(all);
      const taken = () => readdirSync(seats).length;
      await until('eight commands run', () => taken() >= 8);
      await expect(pool.host(self).run(['true'], { ...user, signal: AbortSignal.timeout(1000) })).rejects.toThrow();
      expect(taken()).toBe(8);
      writeFileSync(release, '');
      await Promise.all(all);
      expect(taken()).toBe(20);
      await pool.host(self).run(['true'], user);
      expect(pool.stats()).toEqual({ connections: 1, idle: 1, opened: 1 });
    });
    expect(connected).toEqual(['127.0.0.1']);
  });

  test('find room for the next command where the host has room for one, however fast they follow', async () => {
    const narrow = await SshLab.start({ sshd: { config: ['MaxSessions 1'] } });
    try {
      const target = await narrow.self();
      await withPool({ maxSessions: 1 }, async (pool) => {
        await Promise.all(Array.from({ length: 12 }, () => pool.host(target).run(['true'], user)));
        expect(pool.stats().opened).toBe(1);
      });
    } finally {
      await narrow.stop();
    }
  });

  test('are not shared by other credentials, however they are wrapped', async () => {
    await withPool({}, async (pool) => {
      await pool.host(self).run(['true'], user);
      const { password } = self.credentials;
      const same = {
        ...self,
        credentials: { ...self.credentials, password: password && new Secret(password.reveal()) },
      };
      await pool.host(same).run(['true'], user);
      expect(pool.stats().opened).toBe(1);
      const wrong = pool.host({ ...self, credentials: { password: new Secret('wrong') } }).run(['true'], user);
      await expect(wrong).rejects.toMatchObject({ code: 'AuthenticationFailed' });
    });
  });

  test('serve nobody who pinned another key, though they are there', async () => {
    await withPool({}, async (pool) => {
      await pool.host(self).run(['true'], user);
      const pins = [{ type: 'ssh-ed25519', fingerprint: `SHA256:${'A'.repeat(43)}` }];
      const picky = pool.host({ ...self, hostKeys: { kind: 'pinned', pins } });
      await expect(picky.run(['true'], user)).rejects.toMatchObject({ code: 'HostKeyChanged' });
    });
  });

  test('are closed when nobody has used them for a minute, and made anew when somebody does', async () => {
    const clock = new FakeClock();
    await withPool({ clock }, async (pool) => {
      await pool.host(self).run(['true'], user);
      await clock.advance(59_000);
      await pool.host(self).run(['true'], user);
      await clock.advance(59_000);
      expect(pool.stats()).toEqual({ connections: 1, idle: 1, opened: 1 });
      await clock.advance(1_000);
      expect(pool.stats()).toEqual({ connections: 0, idle: 0, opened: 1 });
      await pool.host(self).run(['true'], user);
      expect(pool.stats().opened).toBe(2);
    });
  });

  test('are no more than allowed: an idle one makes room, a busy one is waited for', async () => {
    const other = await SshLab.start();
    try {
      const target = await other.self();
      await withPool({ maxConnections: 1, idleTtlMs: 3_600_000 }, async (pool) => {
        await pool.host(self).run(['true'], user);
        await pool.host(target).run(['true'], user);
        expect(pool.stats()).toEqual({ connections: 1, idle: 1, opened: 2 });
        const begun = join(lab.folder, uniqueName('begun'));
        writeFileSync(begun, '');
        const busy = pool.host(target).run(['sh', '-c', `rm ${begun}; sleep 1`], user);
        await until('the command runs', () => !existsSync(begun));
        const giveUp = new AbortController();
        const impatient = pool.host(self).run(['true'], { ...user, signal: giveUp.signal });
        const patient = pool.host(self).run(['true'], user);
        giveUp.abort(new Error('enough'));
        await expect(impatient).rejects.toThrow('enough');
        await Promise.all([busy, patient]);
        expect(pool.stats()).toMatchObject({ connections: 1, opened: 3 });
      });
    } finally {
      await other.stop();
    }
  });

  test('lead through one connection to a jump host, which does not count', async () => {
    const jump = await SshLab.start();
    try {
      const via = { kind: 'jump', target: await jump.self() } as const;
      const root = await lab.self();
      await withPool({ maxConnections: 2 }, async (pool) => {
        await Promise.all([
          pool.host({ ...self, via }).run(['true'], user),
          pool.host({ ...root, via }).run(['true'], user),
        ]);
        expect(pool.stats()).toMatchObject({ opened: 3 });
      });
    } finally {
      await jump.stop();
    }
  });

  test('that broke are replaced', async () => {
    await withPool({}, async (pool) => {
      await pool.host(self).run(['true'], user);
      await lab.sshd.restart();
      const work = () => pool.host(self).run(['true'], user);
      await until('a new connection works', work);
      expect(pool.stats()).toMatchObject({ connections: 1, opened: 2 });
    });
  });

  test('are all gone when the pool is closed, and none is made after that', async () => {
    const pool = new HostPool({ clock: systemClock, logger: discardLogger });
    const marker = uniqueName('marker');
    const busy = pool.host(self).run(['sh', '-c', `sleep 20; : ${marker}`], user);
    busy.catch(() => undefined);
    await until('the command runs', () => running(marker).length > 0);
    pool.close();
    await expect(busy).rejects.toMatchObject({ code: 'ConnectionLost' });
    await expect(pool.host(self).run(['true'], user)).rejects.toMatchObject({ code: 'ConnectionLost' });
  });
});
