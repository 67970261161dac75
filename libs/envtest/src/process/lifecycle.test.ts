import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { FakeClock } from '@tke/time';

import { untilReady } from './lifecycle.ts';
import type { ExitStatus, RunningProcess } from './running-process.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tke-lifecycle-'));
  await writeFile(join(folder, 'log'), 'the last words\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('an end is told with the status that came with it: who asks again may be answered late, or never', async () => {
  const answers: Promise<ExitStatus>[] = [Promise.resolve({ code: 3, signal: null })];
  const ended: RunningProcess = {
    name: 'sample',
    pid: 1,
    logFile: join(folder, 'log'),
    untilExit: () => answers.shift() ?? new Promise(() => undefined),
    kill: () => undefined,
  };
  const options = { probe: () => Promise.resolve(false), timeoutMs: 1_000, clock: new FakeClock() };
  await expect(untilReady(ended, options)).rejects.toMatchObject({
    code: 'ProcessExited',
    message: expect.stringMatching(/sample ended with exit code 3.*the last words/s),
  });
});
