import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

import { afterEach, expect, test } from '@jest/globals';

import { killScript } from './terminate.ts';

const run = promisify(execFile);
const left: ChildProcess[] = [];

afterEach(() => {
  left.splice(0).forEach(({ pid = 0, exitCode, signalCode }) => {
    if ((exitCode ?? signalCode) === null) {
      process.kill(-pid, 'SIGKILL');
    }
  });
});

/** A process group of its own. */
async function started(script: string): Promise<ChildProcess> {
  const child = spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' });
  left.push(child);
  await once(child, 'spawn');
  return child;
}

const end = ({ pid }: ChildProcess) => run('sh', ['-c', killScript, 'sh', String(pid), '5']);

test('a command that has told its group, and is about to begin, is ended', async () => {
  const command = await started('sleep 0.3; exec timeout 60 sleep 60');
  const exit = once(command, 'exit');
  await end(command);
  await expect(exit).resolves.toEqual([null, 'SIGTERM']);
});

test('another process that has the number by now is left alone', async () => {
  for (const script of ['exec sleep 60', 'sleep 60; :']) {
    const other = await started(script);
    await end(other);
    expect(other.exitCode ?? other.signalCode).toBeNull();
  }
});
