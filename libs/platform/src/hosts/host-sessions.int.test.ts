import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { secretTenantLabel } from '@tke/api-platform';
import { uniqueName, waitFor } from '@tke/envtest';
import { Secret } from '@tke/host';
import { hastyClock } from '@tke/time';

import { isWaiting, type HostSession } from './host-session.ts';
import { loginAddressesAnnotation } from './login-addresses.ts';
import { attemptOf, claimOf, HostLab, ip } from './testing/host-lab.ts';

jest.setTimeout(300_000);

let lab: HostLab;
beforeEach(async () => {
  lab = await HostLab.start();
});
afterEach(() => lab[Symbol.asyncDispose]());

const lockFile = () => join(lab.stateFolder, 'lock');
const limitMs = 600_000;
/** Waits on the host for a file, and fails when it does not come within minutes. */
const untilThere = (file: string) => `timeout 240 sh -c 'until [ -e "$0" ]; do sleep 0.1; done' "${file}"`;

describe('a host', () => {
  test('has its key and facts remembered, and says whose it is', async () => {
    const session = await lab.pass().open(ip);
    expect(lab.record.hostKeys).toEqual([expect.stringMatching(/^SHA256:/)]);
    expect(readFileSync(lockFile(), 'utf8')).toMatch(
      /^cluster=uid-1\ntoken=1\nholder=cluster cls-uid-1 of hub here\/leader-1\n/,
    );
    await session.facts();
    expect(lab.record.facts).toMatchObject({ cpus: expect.any(Number), architecture: expect.any(String) });
    expect((await session.run(['id', '-u'])).stdout).toBe('0\n');
  });

  test('is connected to with a login that is for it, and with no other', async () => {
    const { password, ...way } = lab.login;
    const passWith = (addresses: string) => {
      const metadata = {
        name: 'login',
        labels: { [secretTenantLabel]: '' },
        annotations: { [loginAddressesAnnotation]: addresses },
      };
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata, data: { password: password ?? '' } };
      const login = { ...way, credentialSecretRef: { name: 'login' } };
      const known = { ip, login, proxy: undefined, tenantID: '', record: {}, remember: () => Promise.resolve() };
      return lab.pass(undefined, { findHost: () => known, findSecret: () => secret });
    };
    const refused = passWith('10.0.0.0/8').open(ip);
    await expect(refused).rejects.toMatchObject({ code: 'LoginAddressRefused', class: 'NeedsUser' });
    expect(lab.pool.stats()).toMatchObject({ connections: 0, opened: 0 });
    expect((await (await passWith('127.0.0.0/8').open(ip)).run(['id', '-u'])).stdout).toBe('0\n');
    await expect(passWith('10.0.0.0/8').open(ip)).rejects.toMatchObject({ code: 'LoginAddressRefused' });
  });

  test('with another key than the one remembered is not talked to', async () => {
    await lab.pass().open(ip);
    await lab.sshd.replaceHostKeys();
    await lab.sshd.restart();
    const running = lab
      .pass()
      .open(ip)
      .then((session) => session.run(['true']));
    await expect(running).rejects.toMatchObject({ code: 'HostKeyChanged', class: 'NeedsUser' });
    lab.restart();
    await expect(lab.pass().open(ip)).rejects.toMatchObject({ code: 'HostKeyChanged' });
  });

  test('of another cluster is left alone', async () => {
    await lab.pass(claimOf(1, 'uid-2')).open(ip);
    await expect(lab.pass(claimOf(9, 'uid-1')).open(ip)).rejects.toMatchObject({
      code: 'HostInUse',
      message: expect.stringContaining('cluster cls-uid-2 of hub here'),
    });
  });

  test('is not touched by a process that does not lead', async () => {
    const pass = lab.pass(undefined, { claim: () => undefined });
    await expect(pass.open(ip)).rejects.toMatchObject({ code: 'NotLeading', class: 'Retryable' });
    expect(lab.pool.stats().opened).toBe(0);
  });

  test('of no cluster is told apart from one that does not answer', async () => {
    await expect(lab.pass().open('10.0.0.9')).rejects.toMatchObject({ code: 'HostNotOfCluster' });
  });

  test('is opened once in a pass, by however many', async () => {
    const pass = lab.pass();
    const sessions = await Promise.all([pass.open(ip), pass.open(ip), pass.open(ip)]);
    expect(new Set(sessions).size).toBe(1);
  });
});

describe('what an attempt does', () => {
  test('ends with the attempt, on the host too, and leaves the host to the next one', async () => {
    const pass = lab.pass();
    const end = new AbortController();
    const first = await pass.open(ip, end.signal);
    const begun = join(lab.stateFolder, 'begun');
    const slow = first.script('echo "$$" > "$1.new"; mv "$1.new" "$1"; sleep 600', [begun]);
    await waitFor(() => existsSync(begun), { description: 'the command is at work' });
    end.abort(new Error('out of time'));
    await expect(slow).rejects.toThrow('out of time');
    const second = await pass.open(ip, new AbortController().signal);
    await expect(second.run(['true'])).resolves.toMatchObject({ stdout: '' }); // with minutes to spare
    const process = `/proc/${readFileSync(begun, 'utf8').trim()}`;
    await waitFor(() => !existsSync(process), { description: 'the command is no more at work' });
  });

  test('is known in status before anything is locked: who was never logged in to was never touched', async () => {
    const login = { ...lab.login, password: Buffer.from('wrong').toString('base64') };
    const record = {};
    const known = { ip, login, proxy: undefined, tenantID: '', record, remember: () => Promise.resolve() };
    await expect(lab.pass(undefined, { findHost: () => known }).open(ip)).rejects.toMatchObject({
      code: 'AuthenticationFailed',
    });
    const unsaved = {
      ...known,
      login: lab.login,
      remember: (found: object) => ('facts' in found ? Promise.reject(new Error('not saved')) : Promise.resolve()),
    };
    await expect(lab.pass(undefined, { findHost: () => unsaved }).open(ip)).rejects.toThrow('not saved');
    expect(existsSync(lockFile())).toBe(false);
  });
});

describe('the lock', () => {
  test('of a newer leader ends what the older one does, from the next command on', async () => {
    const session = await lab.pass(claimOf(1)).open(ip);
    lab.restart();
    await lab.pass(claimOf(2)).open(ip);
    const file = join(lab.stateFolder, 'file');
    await expect(session.write(file, 'x', { mode: 0o600 })).rejects.toMatchObject({ code: 'LockNotHeld' });
    expect(existsSync(file)).toBe(false);
    await expect(lab.pass(claimOf(1)).open(ip)).rejects.toMatchObject({ code: 'LockSuperseded' });
  });

  test('is not asked for again in each pass, so a long command of one does not hold up the other', async () => {
    const session = await lab.pass().open(ip);
    const [begun, release] = [join(lab.stateFolder, 'begun'), join(lab.stateFolder, 'release')];
    const slow = session.script(`touch "$1"; ${untilThere('$2')}`, [begun, release]);
    await waitFor(() => existsSync(begun), { description: 'the long command is at work' });
    const other = await lab.pass().open(ip);
    await other.run(['true']);
    writeFileSync(release, '');
    await slow;
  });

  test('that somebody removed is taken again in the next pass', async () => {
    const session = await lab.pass().open(ip);
    rmSync(lockFile());
    await expect(session.run(['true'])).rejects.toMatchObject({ code: 'LockNotHeld' });
    await (await lab.pass().open(ip)).run(['true']);
    expect(existsSync(lockFile())).toBe(true);
  });

  test('goes with the folder when the host is released, and another cluster may have it', async () => {
    const pass = lab.pass();
    await pass.open(ip);
    await pass.release(ip);
    expect(existsSync(lab.stateFolder)).toBe(false);
    await lab.pass(claimOf(1, 'uid-2')).open(ip);
    await expect(lab.pass().release(ip)).rejects.toMatchObject({ code: 'HostInUse' });
  });

  test('is not lost to others when the pass that asked for it is stopped', async () => {
    const stop = new AbortController();
    const stopped = lab.pass(claimOf(1), { signal: stop.signal }).open(ip);
    const other = lab.pass().open(ip);
    stop.abort(new Error('stopped'));
    await expect(stopped).rejects.toThrow();
    await (await other).run(['true']);
  });
});

describe('a job', () => {
  const id = () => uniqueName('job');
  const shell = (script: string) => ['sh', '-c', script];

  async function ended(session: HostSession, attempt: string, argv: readonly string[]): Promise<string> {
    let output = '';
    const there = async () => {
      const result = await session.job(attemptOf(attempt), argv, { limitMs });
      output = isWaiting(result) ? '' : result.output;
      return !isWaiting(result);
    };
    await waitFor(there, { description: 'the job has ended', timeoutMs: 120_000 });
    return output;
  }

  test('that is short is waited for', async () => {
    const session = await lab.pass().open(ip);
    const stdin = new Secret('hidden');
    const run = await session.job(attemptOf(id()), shell('cat; echo; sleep 1; echo done'), { limitMs, stdin });
    expect(run).toEqual({ output: 'hidden\ndone\n' });
  });

  test('that finds the disk full needs its user', async () => {
    const session = await lab.pass().open(ip);
    const full = session.job(attemptOf(id()), shell('echo "cp: error: No space left on device"; exit 1'), { limitMs });
    await expect(full).rejects.toMatchObject({ code: 'DiskFull', class: 'NeedsUser' });
  });

  test('that is long lets others have their turn, and is the same one for whoever comes next', async () => {
    const [name, file, release] = [id(), join(lab.stateFolder, 'runs'), join(lab.stateFolder, 'release')];
    const argv = shell(`echo run >> ${file}; ${untilThere(release)}; echo done`);
    const impatient = attemptOf(name, { clock: hastyClock(20) });
    const waiting = await (await lab.pass().open(ip)).job(impatient, argv, { limitMs });
    expect(waiting).toEqual({ message: expect.stringContaining('sh is at work on 127.0.0.1'), job: name });
    lab.restart();
    writeFileSync(release, '');
    const next = await lab.pass(claimOf(2)).open(ip);
    expect(await ended(next, name, argv)).toBe('done\n');
    expect((await next.read(file))?.toString()).toBe('run\n');
  });

  test('that fails tells exit code and last lines, and no secret', async () => {
    const session = await lab.pass().open(ip);
    const script = `read secret; echo "with $secret and ${lab.password}"; echo broken >&2; exit 3`;
    const failing = session.job(attemptOf(id()), shell(script), { limitMs, stdin: new Secret('very hidden\n') });
    await expect(failing).rejects.toMatchObject({
      code: 'CommandFailed',
      failure: { exitCode: 3, tail: 'with [redacted] and [redacted]\nbroken' },
    });
    const allowed = await session.job(attemptOf(id()), shell('exit 3'), { limitMs, exitCodes: [0, 3] });
    expect(allowed).toEqual({ output: '' });
  });

  test('that takes too long is ended and told as such', async () => {
    const session = await lab.pass().open(ip);
    // Time enough for its first line.
    const slow = session.job(attemptOf(id()), shell('echo begun; sleep 600'), { limitMs: 5_000 });
    await expect(slow).rejects.toMatchObject({ code: 'JobTimedOut', message: expect.stringContaining('begun') });
  });

  test('that vanishes each time ends in a failure', async () => {
    const session = await lab.pass().open(ip);
    const argv = shell('kill -s KILL "$(sed "s/.*) . //" /proc/$PPID/stat | cut -d" " -f1)" $PPID $$');
    await expect(session.job(attemptOf(id()), argv, { limitMs })).rejects.toMatchObject({ code: 'JobVanished' });
  });

  test('ends with its attempt: the pass does not wait on', async () => {
    const session = await lab.pass().open(ip);
    const over = new AbortController();
    const waiting = session.job(attemptOf(id(), { signal: over.signal }), shell('sleep 600'), { limitMs });
    setTimeout(() => over.abort(new Error('the step is over')), 1_500);
    await expect(waiting).rejects.toThrow('the step is over');
  });
});
