import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { uniqueName } from '@tke/envtest';
import { discardLogger } from '@tke/log';
import { systemClock } from '@tke/time';

import type { Host } from '../host.ts';
import { HostPool } from '../host-pool.ts';
import { Secret } from '../secret.ts';
import type { HostTarget } from '../ssh/target.ts';
import { SshLab, until } from '../testing/hosts.ts';
import { running } from '../testing/processes.ts';

jest.setTimeout(300_000);

let lab: SshLab;
let target: HostTarget;
let host: Host;
let id: string;
beforeAll(async () => {
  lab = await SshLab.start();
  target = (await lab.user({ sudo: 'nopasswd' })).target;
  host = lab.host(target);
});
beforeEach(() => {
  id = uniqueName('job');
});
afterAll(() => lab.stop());

const sudo = true;
/** Longer than the test that needs it, however busy this machine is. */
const limitMs = 300_000;
const shell = (script: string) => ['sh', '-c', script];

describe('a job', () => {
  test('runs to its exit code, and its output is there from any offset', async () => {
    const started = await host.jobs.start(id, shell('echo one; echo two >&2; exit 3'), { limitMs, sudo });
    expect(started.how).toBe('new');
    const output: string[] = [];
    const onOutput = (text: string) => void output.push(text);
    const end = await host.jobs.end(id, { sudo, intervalMs: 50, onOutput });
    expect(end?.state).toMatchObject({ state: 'exited', exitCode: 3, timedOut: false, cancelled: false });
    expect(output.join('')).toBe('one\ntwo\n');
    expect(await host.jobs.poll(id, { sudo, offset: 4, maxBytes: 3 })).toMatchObject({ output: 'two', nextOffset: 7 });
  });

  test('gets a secret as its input, which is on the disk no longer than it takes to open it', async () => {
    const release = join(lab.folder, uniqueName('release'));
    const script = `cat; while [ ! -e ${release} ]; do sleep 0.1; done`;
    await host.jobs.start(id, shell(script), { limitMs, sudo, stdin: new Secret('very hidden') });
    await until('it read', async () => (await host.jobs.poll(id, { sudo }))?.output === 'very hidden');
    expect(readdirSync(join(lab.stateFolder, 'jobs', id))).not.toContain('stdin');
    writeFileSync(release, '');
    expect((await host.jobs.end(id, { sudo, intervalMs: 50 }))?.state).toMatchObject({ exitCode: 0 });
  });

  test('is started once, by however many and however often', async () => {
    const file = join(lab.folder, uniqueName('count'));
    const argv = shell(`echo run >> ${file}; sleep 1`);
    const all = await Promise.all(Array.from({ length: 5 }, () => host.jobs.start(id, argv, { limitMs, sudo })));
    expect(all.map(({ how }) => how).sort()).toEqual(['adopted', 'adopted', 'adopted', 'adopted', 'new']);
    await host.jobs.end(id, { sudo, intervalMs: 50 });
    const late = await host.jobs.start(id, argv, { limitMs, sudo });
    expect(late).toMatchObject({ how: 'adopted', state: { state: 'exited', exitCode: 0 } });
    expect(readFileSync(file, 'utf8')).toBe('run\n');
  });

  test('is not mistaken for another command, and can be forgotten when it has ended', async () => {
    await host.jobs.start(id, shell('sleep 300'), { limitMs, sudo });
    const other = host.jobs.start(id, shell('true'), { limitMs, sudo });
    await expect(other).rejects.toMatchObject({ code: 'JobDiffers', class: 'Bug' });
    await expect(host.jobs.remove(id, { sudo })).rejects.toMatchObject({ code: 'JobDiffers' });
    await host.jobs.cancel(id, { sudo });
    await host.jobs.remove(id, { sudo });
    expect(await host.jobs.poll(id, { sudo })).toBeUndefined();
    expect(await host.jobs.start(id, shell('true'), { limitMs, sudo })).toMatchObject({ how: 'new' });
  });

  test('is cancelled with all it started, whoever ignores SIGTERM', async () => {
    const marker = uniqueName('marker');
    await host.jobs.start(id, shell(`trap "" TERM; sh -c 'sleep 300; : ${marker}' & sleep 300; : ${marker}`), {
      limitMs,
      sudo,
    });
    await until('all of it runs', () => running(`sleep 300; : ${marker}`).length >= 2);
    await host.jobs.cancel(id, { sudo });
    expect(running(marker)).toEqual([]);
    expect((await host.jobs.poll(id, { sudo }))?.state).toMatchObject({ state: 'exited', cancelled: true });
  });

  test('ends by its own time limit, though nobody is there', async () => {
    await host.jobs.start(id, shell('sleep 300'), { limitMs: 1000, sudo });
    expect((await host.jobs.end(id, { sudo, intervalMs: 100 }))?.state).toMatchObject({
      exitCode: 124,
      timedOut: true,
    });
  });

  test('starts only for the holder of the lock', async () => {
    const { guard } = await host.lock.take({ cluster: 'uid-1', token: 1, holder: 'one' }, { sudo });
    await host.lock.take({ cluster: 'uid-1', token: 2, holder: 'two' }, { sudo });
    const file = join(lab.folder, uniqueName('file'));
    const start = host.jobs.start(id, ['touch', file], { limitMs, sudo, guard });
    await expect(start).rejects.toMatchObject({ code: 'LockNotHeld' });
    expect(existsSync(file)).toBe(false);
  });

  test('has an id that is safe in a path and in the name of a unit', async () => {
    await expect(host.jobs.start('../x', ['true'], { limitMs })).rejects.toThrow(TypeError);
    await expect(host.jobs.poll('a b')).rejects.toThrow(TypeError);
  });
});

describe('a job goes on', () => {
  test('when sshd and all connections are killed, and another process adopts it by its id', async () => {
    const release = join(lab.folder, uniqueName('release'));
    const script = `echo begun; while [ ! -e ${release} ]; do sleep 0.1; done; echo ended`;
    await host.jobs.start(id, shell(script), { limitMs, sudo });
    const waiting = host.jobs.end(id, { sudo, intervalMs: 20 });
    waiting.catch(() => undefined);
    await lab.sshd.kill();
    await expect(waiting).rejects.toMatchObject({ code: expect.stringMatching(/ConnectionLost|HostUnreachable/) });
    await lab.sshd.restart();
    const other = new HostPool({ clock: systemClock, logger: discardLogger });
    const adopter = other.host(target, { stateFolder: lab.stateFolder });
    expect(await adopter.jobs.start(id, shell(script), { limitMs, sudo })).toMatchObject({
      how: 'adopted',
      state: { state: 'running' },
    });
    writeFileSync(release, '');
    let output = '';
    const end = await adopter.jobs.end(id, { sudo, intervalMs: 50, onOutput: (text) => void (output += text) });
    expect(end?.state).toMatchObject({ state: 'exited', exitCode: 0 });
    expect(output).toBe('begun\nended\n');
    other.close();
  });

  test('only after it is started again, when the host rebooted meanwhile', async () => {
    const argv = shell(`sleep 300; : ${uniqueName('marker')}`);
    await host.jobs.start(id, argv, { limitMs, sudo });
    // What a reboot leaves: the folder as it is, no process, another boot id.
    const processFile = join(lab.stateFolder, 'jobs', id, 'process');
    const [pid = '', start = ''] = (await host.files.read(processFile, { sudo }))!.toString().split(' ');
    await host.run(['kill', '-s', 'KILL', '--', `-${pid}`], { sudo });
    await host.files.write(processFile, `${pid} ${start} other-boot\n`, { mode: 0o600, sudo });
    expect((await host.jobs.poll(id, { sudo }))?.state).toEqual({ state: 'vanished' });
    expect(await host.jobs.start(id, argv, { limitMs, sudo })).toMatchObject({
      how: 'again',
      state: { state: 'running' },
    });
    await host.jobs.cancel(id, { sudo });
  });

  test('and is not confused with a process that got its number', async () => {
    await host.jobs.start(id, shell('sleep 300'), { limitMs, sudo });
    const processFile = join(lab.stateFolder, 'jobs', id, 'process');
    const [pid = '', , boot = ''] = (await host.files.read(processFile, { sudo }))!.toString().trim().split(' ');
    await host.files.write(processFile, `${pid} 1 ${boot}\n`, { mode: 0o600, sudo });
    expect((await host.jobs.poll(id, { sudo }))?.state).toEqual({ state: 'vanished' });
    await host.jobs.cancel(id, { sudo });
    expect(existsSync(`/proc/${pid}`)).toBe(true); // not ours to kill
    await host.run(['kill', '-s', 'KILL', pid], { sudo });
  });
});
