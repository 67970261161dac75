import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { FakeClock, systemClock } from '@tke/time';

import { killProcess } from '../sshd/processes.ts';
import { uniqueName } from '../unique-name.ts';
import { waitFor } from '../wait-for.ts';
import { findDetached, startDetached } from './detached-process.ts';
import { detachedLauncher } from './launcher.ts';
import { stopProcess, untilReady } from './lifecycle.ts';
import { logTail } from './log-tail.ts';
import type { ProcessSpec } from './running-process.ts';
import { startWatched } from './watched-process.ts';

// Starting a process of Node takes seconds on a busy machine.
jest.setTimeout(120_000);

const clock = systemClock;
let folder: string;
let marker: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tke-process-'));
  // The last argument of every process of a test, by which what is left of it can be found.
  marker = uniqueName('marker');
});

afterEach(() => {
  left().forEach(killProcess); // some of them are about to end by themselves
  rmSync(folder, { recursive: true, force: true });
});

/** The processes of this test that exist now. */
function left(): number[] {
  const commandOf = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => commandOf(pid).includes(marker)).map(Number);
}

function nothingLeft(): Promise<true> {
  return waitFor(() => left().length === 0, { description: 'no process of the test is left' });
}

function shell(script: string): ProcessSpec {
  return {
    name: 'sample',
    command: '/bin/sh',
    args: ['-c', script, marker],
    cwd: folder,
    logFile: join(folder, 'log'),
  };
}

const forever = 'while :; do sleep 0.05; done';

/** Runs a module in a process of its own until it prints a line. */
async function otherProcess(body: string) {
  const module = (name: string) => JSON.stringify(join(import.meta.dirname, name));
  const imports = [
    `import { startWatched } from ${module('watched-process.ts')};`,
    `import { startDetached } from ${module('detached-process.ts')};`,
    `import { systemClock as clock } from '@tke/time';`,
  ];
  const child = spawn(process.execPath, ['--input-type=module', '-e', [...imports, body].join('\n')], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('a watched process', () => {
  test('is the command itself, writes to the log and tells how it ended', async () => {
    const running = await startWatched(shell('echo "pid $$"; echo to stderr >&2; exit 3'));
    expect(await running.untilExit()).toEqual({ code: 3, signal: null });
    expect(await logTail(join(folder, 'log'))).toBe(`pid ${running.pid}\nto stderr`);
    await nothingLeft();
  });

  test('gets every signal, and nothing is left of its watchdog', async () => {
    const running = await startWatched(shell(forever));
    running.kill('SIGTERM');
    expect(await running.untilExit()).toEqual({ code: null, signal: 'SIGTERM' });
    await nothingLeft();
  });

  test('dies when its parent is killed, and takes its folder with it', async () => {
    const data = join(folder, 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'file'), '');
    const spec = JSON.stringify({ ...shell(forever), orphanedFolder: data });
    const parent = await otherProcess(`await startWatched(${spec}); console.log('started'); process.stdin.resume();`);
    await waitFor(() => left().length === 3, { description: 'parent, child and watchdog run' });
    parent.kill('SIGKILL');
    await nothingLeft();
    expect(existsSync(data)).toBe(false);
  });

  test('dies while stopped, too', async () => {
    const spec = JSON.stringify(shell(forever));
    const parent = await otherProcess(
      `(await startWatched(${spec})).kill('SIGSTOP'); console.log('started'); process.stdin.resume();`,
    );
    parent.kill('SIGKILL');
    await nothingLeft();
  });

  test('does not keep its parent from ending', async () => {
    const spec = JSON.stringify(shell(forever));
    const parent = await otherProcess(`await startWatched(${spec}); console.log('started');`);
    expect(await once(parent, 'exit')).toEqual([0, null]);
    await nothingLeft();
  });

  test('whose folder does not exist is an error that names it', async () => {
    await expect(startWatched({ ...shell(forever), cwd: join(folder, 'none') })).rejects.toMatchObject({
      code: 'ProcessNotStarted',
      message: expect.stringContaining('sample'),
    });
  });
});

describe('readiness', () => {
  const never = { probe: () => Promise.resolve(false), clock };

  test('resolves when the probe says so, errors of the probe being "not yet"', async () => {
    const running = await startWatched(shell(forever));
    let calls = 0;
    const probe = () => (++calls < 3 ? Promise.reject(new Error('refused')) : Promise.resolve(true));
    await untilReady(running, { probe, timeoutMs: 60_000, clock });
    expect(calls).toBe(3);
    await stopProcess(running, { graceMs: 0, clock });
  });

  test('fails at once when the process ends, with its last words', async () => {
    const running = await startWatched(shell('for i in $(seq 100); do echo "line $i"; done; exit 1'));
    await expect(untilReady(running, { ...never, timeoutMs: 60_000 })).rejects.toMatchObject({
      code: 'ProcessExited',
      message: expect.stringMatching(/^sample ended with exit code 1; .*log:\nline 81\n[^]*line 100$/),
    });
  });

  test('a command that does not exist is told in the same way', async () => {
    const running = await startWatched({ ...shell(''), command: '/none/such', args: [] });
    await expect(untilReady(running, { ...never, timeoutMs: 60_000 })).rejects.toThrow(/exit code 127[^]*\/none\/such/);
  });

  test('fails when the time is over', async () => {
    const running = await startWatched(shell(`echo working; ${forever}`));
    await waitFor(async () => (await logTail(running.logFile)) === 'working', { description: 'it works' });
    const time = new FakeClock();
    const outcome = expect(untilReady(running, { ...never, timeoutMs: 300, clock: time })).rejects.toMatchObject({
      code: 'ProcessNotReady',
      message: expect.stringMatching(/^sample was not ready within 0.3 s; .*log:\nworking$/),
    });
    await time.advance(300);
    await outcome;
    await stopProcess(running, { graceMs: 0, clock });
  });

  test('ends when the caller gives up', async () => {
    const running = await startWatched(shell(forever));
    const signal = AbortSignal.abort(new Error('the caller gave up'));
    await expect(untilReady(running, { ...never, timeoutMs: 60_000, signal })).rejects.toThrow('the caller gave up');
    await stopProcess(running, { graceMs: 0, clock });
  });
});

describe('stopping', () => {
  test('lets a process end in good order', async () => {
    const running = await startWatched(shell(`trap 'echo bye; exit 0' TERM; echo ready; ${forever}`));
    await waitFor(async () => (await logTail(running.logFile)) === 'ready', { description: 'the trap is set' });
    await stopProcess(running, { graceMs: 60_000, clock });
    expect(await running.untilExit()).toEqual({ code: 0, signal: null });
    expect(await logTail(running.logFile)).toBe('ready\nbye');
  });

  test('kills a process that will not end', async () => {
    const running = await startWatched(shell(`trap '' TERM; echo ready; ${forever}`));
    await waitFor(async () => (await logTail(running.logFile)) === 'ready', { description: 'the trap is set' });
    await stopProcess(running, { graceMs: 100, clock });
    expect((await running.untilExit()).signal).toBe('SIGKILL');
  });

  test('wakes a stopped process, so that it may end in good order', async () => {
    const running = await startWatched(shell(`trap 'exit 7' TERM; echo ready; ${forever}`));
    await waitFor(async () => (await logTail(running.logFile)) === 'ready', { description: 'the trap is set' });
    running.kill('SIGSTOP');
    await stopProcess(running, { graceMs: 60_000, clock });
    expect((await running.untilExit()).code).toBe(7);
  });
});

describe('a detached process', () => {
  const find = () => findDetached(join(folder, 'run'), 'sample', clock);

  test('outlives its parent and is found again, until it is stopped', async () => {
    const spec = JSON.stringify({ ...shell(forever), runDir: join(folder, 'run') });
    const parent = await otherProcess(`await startDetached(${spec}, clock); console.log('started');`);
    expect(await once(parent, 'exit')).toEqual([0, null]);
    const running = await find();
    await waitFor(() => left().includes(running!.pid), { description: 'it runs' });
    await stopProcess(running!, { graceMs: 60_000, clock });
    expect(await find()).toBeUndefined();
    await nothingLeft();
  });

  test('is not mistaken for one with the same command in another folder', async () => {
    const running = await startDetached({ ...shell(forever), runDir: join(folder, 'run') }, clock);
    const file = join(folder, 'run', 'sample.json');
    const remembered = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...remembered, cwd: '/elsewhere' }));
    expect(await find()).toBeUndefined();
    await stopProcess(running, { graceMs: 0, clock });
  });

  test('is not mistaken for another process that got its process id', async () => {
    const running = await startDetached({ ...shell(forever), runDir: join(folder, 'run') }, clock);
    const file = join(folder, 'run', 'sample.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(String(running.pid), String(process.pid)));
    expect(await find()).toBeUndefined();
  });

  test('is taken over by a launcher that wants the same, and replaced by one that wants something else', async () => {
    const launch = detachedLauncher({ runDir: join(folder, 'run'), graceMs: 60_000, clock });
    const first = await launch(shell(forever));
    expect((await launch(shell(forever))).pid).toBe(first.pid);
    const other = await launch(shell(`: other; ${forever}`));
    expect(other.pid).not.toBe(first.pid);
    expect(left()).not.toContain(first.pid);
  });

  test('that cannot be started is an error', async () => {
    const spec = { ...shell(''), command: join(folder, 'none'), runDir: join(folder, 'run') };
    await expect(startDetached(spec, clock)).rejects.toMatchObject({ code: 'ProcessNotStarted' });
    expect(await find()).toBeUndefined();
  });
});
