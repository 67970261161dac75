import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { uniqueName } from '@tke/envtest';

import type { Host } from '../host.ts';
import { SshLab, until } from '../testing/hosts.ts';
import { running } from '../testing/processes.ts';
import type { HostTarget } from '../ssh/target.ts';

let lab: SshLab;
let target: HostTarget;
let folder: string;
let host: Host;
beforeAll(async () => {
  lab = await SshLab.start();
  target = (await lab.user({ sudo: 'nopasswd' })).target;
});
beforeEach(() => {
  folder = join(lab.folder, uniqueName('state'));
  host = lab.pool.host(target, { stateFolder: folder });
});
afterAll(() => lab.stop());

const sudo = true;
const claim = (token: number, cluster = 'uid-1', holder = `cls-1 by leader ${token}`) => ({ cluster, token, holder });

describe('the lock', () => {
  test('is taken, kept by its holder, and read by everybody', async () => {
    expect(await host.lock.read({ sudo })).toBeUndefined();
    const first = await host.lock.take(claim(5), { sudo });
    expect(await host.lock.take(claim(5), { sudo })).toEqual(first);
    expect(await host.lock.read({ sudo })).toEqual({
      ...claim(5),
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+Z$/),
    });
  });

  test('passes to a newer leader of the same cluster, never to an older one', async () => {
    await host.lock.take(claim(5), { sudo });
    await host.lock.take(claim(6), { sudo });
    await expect(host.lock.take(claim(5), { sudo })).rejects.toMatchObject({
      code: 'LockSuperseded',
      message: expect.stringContaining('cls-1 by leader 6'),
    });
    await expect(host.lock.release(claim(5), { sudo })).rejects.toMatchObject({ code: 'LockSuperseded' });
    expect(await host.lock.read({ sudo })).toMatchObject({ token: 6 });
    await host.lock.release(claim(6), { sudo });
    expect(await host.lock.read({ sudo })).toBeUndefined();
    await host.lock.release(claim(6), { sudo });
  });

  test('is not shared by two that claim the same token', async () => {
    await host.lock.take(claim(5), { sudo });
    const twin = host.lock.take(claim(5, 'uid-1', 'cls-1 by another'), { sudo });
    await expect(twin).rejects.toMatchObject({ code: 'LockSuperseded' });
  });

  test('of another cluster is refused whatever the token, and the error says whose it is', async () => {
    await host.lock.take(claim(5), { sudo });
    await expect(host.lock.take(claim(99, 'uid-2', 'cls-2'), { sudo })).rejects.toMatchObject({
      code: 'HostInUse',
      class: 'NeedsUser',
      message: expect.stringMatching(/cls-1 by leader 5 \(cluster uid-1\)/),
      remedy: expect.stringContaining('other cluster'),
    });
    await expect(host.lock.release(claim(99, 'uid-2', 'cls-2'), { sudo })).rejects.toMatchObject({ code: 'HostInUse' });
  });

  test('that is damaged is nobody’s to take', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'lock'), 'garbage');
    await expect(host.lock.take(claim(5), { sudo })).rejects.toMatchObject({ code: 'HostInUse', class: 'NeedsUser' });
  });

  test('of many that want it at once, one gets it', async () => {
    const all = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => host.lock.take(claim(1, `uid-${index}`), { sudo })),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('takes a holder’s name as it is', async () => {
    await host.lock.take(claim(5, 'uid-1', "it's $(id) = \\n"), { sudo });
    expect(await host.lock.read({ sudo })).toMatchObject({ holder: "it's $(id) = \\n" });
    await expect(host.lock.take(claim(5, 'uid-1', 'two\nlines'))).rejects.toThrow(TypeError);
  });
});

describe('a guarded command', () => {
  test('runs while the lock is held, with its input and its exit code', async () => {
    const { guard } = await host.lock.take(claim(5), { sudo });
    const argv = ['sh', '-c', 'cat; exit 3'];
    expect(await host.run(argv, { guard, sudo, stdin: 'in', exitCodes: [3] })).toMatchObject({
      stdout: 'in',
      exitCode: 3,
    });
  });

  test('does not run for a deposed leader, nor without any lock', async () => {
    const { guard } = await host.lock.take(claim(5), { sudo });
    await host.lock.take(claim(6), { sudo });
    const file = join(lab.folder, uniqueName('file'));
    await expect(host.run(['touch', file], { guard, sudo })).rejects.toMatchObject({
      code: 'LockNotHeld',
      message: expect.stringContaining('leader 6'),
    });
    await host.lock.release(claim(6), { sudo });
    await expect(host.run(['touch', file], { guard, sudo })).rejects.toMatchObject({ code: 'LockNotHeld' });
    await expect(
      host.files.write(file, 'x', { guard: { ...guard, folder: '/no/such/folder' }, mode: 0o644, sudo }),
    ).rejects.toMatchObject({ code: 'LockNotHeld' });
    expect(existsSync(file)).toBe(false);
  });

  test('ends before a newer leader gets the lock', async () => {
    const { guard } = await host.lock.take(claim(5), { sudo });
    const begun = join(lab.folder, uniqueName('begun'));
    const done = join(lab.folder, uniqueName('done'));
    const slow = host.run(['sh', '-c', `touch ${begun}; sleep 2; touch ${done}`], { guard, sudo });
    await until('the command runs', () => existsSync(begun));
    await host.lock.take(claim(6), { sudo });
    expect(existsSync(done)).toBe(true);
    await slow;
  });

  test('may leave a daemon behind, which does not keep the lock from the next leader', async () => {
    const { guard } = await host.lock.take(claim(5), { sudo });
    const marker = uniqueName('daemon');
    await host.run(['sh', '-c', `setsid sh -c 'sleep 120; : ${marker}' > /dev/null 2>&1 &`], { guard, sudo });
    await host.lock.take(claim(6), { sudo });
    expect(running(marker)).not.toEqual([]);
  });
});
