import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { compilePause } from './pause.ts';

jest.setTimeout(60_000);

const children: ChildProcess[] = [];
let folder: string;
let pause: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tke-pause-'));
  pause = join(folder, 'pause');
  compilePause(pause, '3.10.2');
});

afterEach(() => {
  children.splice(0).forEach((child) => child.kill('SIGKILL'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What the kernel says of a process (proc(5)); undefined when there is none. */
function status(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return undefined; // ENOENT, or ESRCH where it ends just now
  }
}

/** Waits for the kernel, which tells nobody. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) {
    await sleep(5);
  }
}

/** Starts it and waits until it catches the signals. */
async function started(command: string, ...args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child, 'spawn');
  await until(() => /SigCgt:\t0*14002$/m.test(status(child.pid!) ?? ''));
  return child;
}

describe('pause', () => {
  test('is one static file that knows its version', () => {
    expect(execFileSync(pause, ['-v'], { encoding: 'utf8' })).toBe('pause 3.10.2\n');
    expect(spawnSync('ldd', [pause], { encoding: 'utf8' }).stderr).toContain('not a dynamic executable');
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('ends well on %s', async (signal) => {
    const child = await started(pause);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('reaps what others leave to it', async () => {
    // The shell starts a child and becomes pause, whose child it then is.
    const child = await started('sh', '-c', `sleep 600 & echo $!; exec ${pause}`);
    const [output] = (await once(child.stdout!, 'data')) as [Buffer];
    process.kill(Number(output), 'SIGKILL');
    await until(() => status(Number(output)) === undefined);
    expect(child.exitCode).toBeNull();
  });
});
