import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** With half a minute until SIGKILL. */
const end = ({ pid }: ChildProcess, before = '') => run('sh', ['-c', before + killScript, 'sh', String(pid), '300']);

test('a command that has told its group, and is about to begin, is ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tke-terminate-'));
  const seen = join(folder, 'seen');
  const command = await started(`while [ ! -e ${seen} ]; do sleep 0.05; done; exec timeout 60 sleep 60`);
  const exit = once(command, 'exit');
  // A tenth of a second is as long as the host takes to begin once it has been looked at.
  await end(
    command,
    `sleep() { : > ${seen}; while [ "$(name)" = sh ]; do command sleep 0.05; done; command sleep "$1"; }`,
  );
  await expect(exit).resolves.toEqual([null, 'SIGTERM']);
  rmSync(folder, { recursive: true });
});

test('another process that has the number by now is left alone', async () => {
  for (const script of ['exec sleep 60', 'sleep 60; :']) {
    const other = await started(script);
    await end(other);
    expect(other.exitCode ?? other.signalCode).toBeNull();
  }
});
