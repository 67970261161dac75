import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { uniqueName } from '@tke/envtest';
import { discardLogger } from '@tke/log';
import { FakeClock } from '@tke/time';

import type { Host } from '../host.ts';
import { HostPool } from '../host-pool.ts';
import { Secret } from '../secret.ts';
import type { HostTarget } from '../ssh/target.ts';
import { SshLab, until } from '../testing/hosts.ts';
import { openInput } from '../testing/open-input.ts';
import { running } from '../testing/processes.ts';

let lab: SshLab;
let target: HostTarget;
let host: Host;
/** Of `pool`: its time limits are over when a test says so, not when this machine is slow. */
let clock: FakeClock;
let pool: HostPool;
beforeAll(async () => {
  lab = await SshLab.start();
  ({ target } = await lab.user({ sudo: 'nopasswd' }));
  host = lab.host(target);
});
beforeEach(() => {
  clock = new FakeClock();
  pool = new HostPool({ clock, logger: discardLogger });
});
afterEach(() => pool.close());
afterAll(() => lab.stop());

/** The host ends what is left five seconds later: not while a test looks. */
const timeoutMs = 3_600_000;

const nothingLeft = (marker: string) => until('no process of the command is left', () => running(marker).length === 0);

describe('a command', () => {
  test('gets its words as they are, and its output comes back', async () => {
    const words = ['', ' ', "it's", '"$HOME"', '$(id)', '`id`', 'a\nb', '\\', '*', '!x', '-n', 'ü€', '#', '~', '=ls'];
    const { stdout } = await host.run(['printf', '%s|', ...words], { sudo: false });
    expect(stdout).toBe(words.map((word) => `${word}|`).join(''));
  });

  test('gets standard input to the last byte, from text, bytes, a secret or a stream', async () => {
    const bytes = randomBytes(3_000_000);
    const stdin = Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]);
    const { stdoutBytes } = await host.run(['cat'], { stdin, maxOutputBytes: bytes.length });
    expect(stdoutBytes.equals(bytes)).toBe(true);
    expect((await host.run(['cat'], { stdin: 'text' })).stdout).toBe('text');
    expect((await host.run(['cat'], { stdin: new Secret('hidden') })).stdout).toBe('hidden');
    expect((await host.run(['cat'])).stdout).toBe('');
  });

  test('runs as root, or as the user where that is asked for', async () => {
    expect((await host.run(['id', '-u'])).stdout).toBe('0\n');
    const own = await host.run(['id', '-un'], { sudo: false });
    expect(`${own.stdout.trim()}@127.0.0.1:${lab.sshd.port}`).toBe(host.name);
  });

  test('gets its environment', async () => {
    const { stdout } = await host.run(['sh', '-c', 'echo "$COLOUR/$LC_ALL"'], { env: { COLOUR: "r'd $x" } });
    expect(stdout).toBe("r'd $x/C\n");
  });

  test('that fails tells exit code and last lines; codes that are answers are none', async () => {
    const argv = ['sh', '-c', 'seq 1 100 >&2; exit 7'];
    await expect(host.run(argv)).rejects.toMatchObject({
      code: 'CommandFailed',
      failure: { exitCode: 7, tail: expect.stringMatching(/^81\n[^]*\n100$/) },
    });
    expect((await host.run(argv, { exitCodes: [0, 7] })).exitCode).toBe(7);
  });

  test('that a signal ends is a failure whatever codes are allowed', async () => {
    const ended = host.run(['sh', '-c', 'kill -KILL $$'], { exitCodes: [0, 1, 137], sudo: false });
    await expect(ended).rejects.toMatchObject({ code: 'CommandFailed', failure: { signal: 'SIGKILL' } });
  });

  test('that finds the disk full is told apart', async () => {
    await expect(host.run(['sh', '-c', 'cat /proc/uptime > /dev/full'])).rejects.toMatchObject({
      code: 'DiskFull',
      class: 'NeedsUser',
    });
  });

  test('that does not exist is a failure that names it', async () => {
    await expect(host.run(['no-such-command'])).rejects.toMatchObject({
      code: 'CommandFailed',
      message: expect.stringContaining('no-such-command'),
      failure: { exitCode: 127 },
    });
  });

  test('keeps the end of an output that is too long, and says so', async () => {
    const result = await host.run(['sh', '-c', 'seq 1 100000'], { maxOutputBytes: 1000 });
    expect(result).toMatchObject({ truncated: true, stdout: expect.stringMatching(/\n100000\n$/) });
    expect(result.stdout).toHaveLength(1000);
  });

  test('shows no secret in its error, by line or in base64 neither', async () => {
    const secret = new Secret('first-half\nsecond-half\n');
    const script = 'cat >&2; echo Zmlyc3QtaGFsZgpzZWNvbmQtaGFsZgo= >&2; exit 1';
    const failure = await host.run(['sh', '-c', script], { stdin: secret }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: expect.stringContaining('[redacted]') });
    expect(JSON.stringify(failure) + String(failure)).not.toMatch(/half|Zmly/);
  });

  test('whose input breaks fails with the reason and does not go on', async () => {
    const marker = uniqueName('broken');
    let pushed = false;
    const stdin = new Readable({
      read() {
        if (!pushed) {
          pushed = true;
          this.push('some');
          setTimeout(() => this.destroy(new Error('mirror went away')), 200);
        }
      },
    });
    const file = join('/tmp', marker);
    const broken = pool.host(target).run(['sh', '-c', `cat > /dev/null; touch ${file}`], { stdin });
    await expect(broken).rejects.toThrow('mirror went away');
    expect(existsSync(file)).toBe(false);
  });
});

describe('ending a command', () => {
  test.each<[string, (ready: string, marker: string) => string]>([
    ['that ends by SIGTERM', (ready) => `${ready}; sleep 300`],
    ['that ignores SIGTERM', (ready) => `trap "" TERM; ${ready}; sleep 300 & wait; sleep 300`],
    [
      'whose child ignores SIGTERM',
      (ready, marker) => `sh -c 'trap "" TERM; ${ready}; sleep 300; : ${marker}' & sleep 300`,
    ],
  ])('%s: nothing of it is left on the host when its time is over', async (_, script) => {
    const marker = uniqueName('marker');
    const ready = join(lab.folder, marker);
    const { stdin, begun } = openInput();
    const argv = ['sh', '-c', `${script(`touch ${ready}`, marker)}; : ${marker}`];
    const refused = expect(pool.host(target).run(argv, { stdin, timeoutMs })).rejects.toMatchObject({
      code: 'CommandTimeout',
    });
    await begun;
    await until('the command runs', () => existsSync(ready));
    await clock.advance(timeoutMs);
    await refused;
    await nothingLeft(marker);
  });

  test('when its time is over: its last lines are told', async () => {
    const ready = join(lab.folder, uniqueName('ready'));
    const argv = ['sh', '-c', `echo working; touch ${ready}; sleep 300`];
    const working = pool.host(target);
    const refused = expect(working.run(argv, { timeoutMs, sudo: false })).rejects.toMatchObject({
      code: 'CommandTimeout',
      message: expect.stringContaining('its last lines: working'),
    });
    await until('the command runs', () => existsSync(ready));
    await working.run(['true'], { sudo: false }); // by then all has arrived that was said before
    await clock.advance(timeoutMs);
    await refused;
  });

  test('when the caller gives up: the reason comes back, and nothing is left on the host', async () => {
    const marker = uniqueName('marker');
    const giveUp = new AbortController();
    const { stdin, begun } = openInput();
    const argv = ['sh', '-c', `sleep 300; : ${marker}`];
    const ended = expect(pool.host(target).run(argv, { stdin, timeoutMs, signal: giveUp.signal })).rejects.toThrow(
      'deposed',
    );
    await begun;
    giveUp.abort(new Error('deposed'));
    await ended;
    await nothingLeft(marker);
  });

  test('many at once: each is ended', async () => {
    const marker = uniqueName('marker');
    const giveUp = new AbortController();
    const inputs = Array.from({ length: 8 }, openInput);
    const all = inputs.map(({ stdin }) =>
      pool.host(target).run(['sh', '-c', `sleep 300; : ${marker}`], { stdin, timeoutMs, signal: giveUp.signal }),
    );
    const ended = Promise.allSettled(all);
    await Promise.all(inputs.map(({ begun }) => begun));
    giveUp.abort(new Error('deposed'));
    expect((await ended).map(({ status }) => status)).toEqual(Array(8).fill('rejected'));
    await nothingLeft(marker);
  });

  test('a signal that has aborted already starts nothing', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    const file = join('/tmp', uniqueName('never'));
    await expect(host.run(['touch', file], { signal })).rejects.toThrow('too late');
    expect(existsSync(file)).toBe(false);
  });
});

describe('sudo', () => {
  test('gets the password when it asks, and the command none of it', async () => {
    const { user, target } = await lab.user({ sudo: 'password' });
    const { stdout } = await lab.host(target).run(['sh', '-c', 'id -u; cat'], { stdin: 'input' });
    expect(stdout).toBe('0\ninput');
    expect(stdout).not.toContain(user.password);
  });

  test('that asks for nothing does not get the password, which would be input of the command', async () => {
    const { target } = await lab.user({ sudo: 'nopasswd' });
    expect((await lab.host(target).run(['cat'])).stdout).toBe('');
  });

  test('runs with a terminal of its own where the host wants that', async () => {
    const { target } = await lab.user({ sudo: 'password', sudoDefaults: ['Defaults:%u use_pty'] });
    expect((await lab.host(target).run(['sh', '-c', 'id -u; cat'], { stdin: 'input' })).stdout).toBe('0\ninput');
  });

  test.each([
    ['a wrong password', { sudo: 'password' }, new Secret('wrong'), /does not accept the password/],
    ['a user without rights', { sudo: 'none' }, undefined, /not in the sudoers|may not run sudo/],
    ['requiretty', { sudo: 'nopasswd', sudoDefaults: ['Defaults:%u requiretty'] }, undefined, /must have a tty/],
  ] as const)('%s is refused once and for all, and shows no password', async (_, options, sudoPassword, reason) => {
    const { user, target } = await lab.user(options);
    const refused = await lab
      .host({ ...target, sudoPassword })
      .run(['true'])
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'SudoRefused', class: 'NeedsUser', message: expect.stringMatching(reason) });
    expect(String(refused)).not.toContain(user.password);
  });

  test('that asks for a password nobody gave is refused', async () => {
    const { user } = await lab.user({ sudo: 'password' });
    const { privateKey } = await lab.sshd.authorizeKey(user.name);
    const target = lab.target({ user: user.name, credentials: { privateKey: new Secret(privateKey) } });
    await expect(lab.host(target).run(['true'])).rejects.toMatchObject({
      code: 'SudoRefused',
      message: expect.stringContaining('asks for a password'),
    });
  });

  test('a command that sudo started is ended with all it started', async () => {
    const other = (await lab.user({ sudo: 'password' })).target;
    const marker = uniqueName('marker');
    const { stdin, begun } = openInput();
    const argv = ['sh', '-c', `sleep 300; : ${marker}`];
    const refused = expect(pool.host(other).run(argv, { stdin, timeoutMs })).rejects.toMatchObject({
      code: 'CommandTimeout',
    });
    await begun;
    await clock.advance(timeoutMs);
    await refused;
    await nothingLeft(marker);
  });
});

describe('the login shell', () => {
  test('may print what it likes before the command', async () => {
    const { user, target } = await lab.user({ shell: '/bin/bash', sudo: 'nopasswd' });
    await lab.host(target).files.write(`${user.home}/.bashrc`, 'echo welcome; echo warning >&2\n', { mode: 0o644 });
    expect(await lab.host(target).run(['echo', 'answer'])).toMatchObject({ stdout: 'answer\n', stderr: '' });
  });

  test('that runs no commands is reported with what it says', async () => {
    const { target } = await lab.user({ shell: '/usr/sbin/nologin' });
    await expect(lab.host(target).run(['true'], { sudo: false })).rejects.toMatchObject({
      code: 'HostUnsupported',
      message: expect.stringMatching(/not available|it said nothing/),
    });
  });
});
