import { spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { mkdir, open, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Clock } from '@tke/time';

import type { ExitStatus, ProcessSpec, RunningProcess } from './running-process.ts';
import { spawned } from './spawned.ts';

export interface DetachedSpec extends ProcessSpec {
  /** The folder in which the process is remembered by its name, for `findDetached`. */
  readonly runDir: string;
}

interface Remembered {
  readonly name: string;
  readonly pid: number;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly logFile: string;
}

/** A process that outlives this one, with what it takes to start it again. */
export interface DetachedProcess extends RunningProcess {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly logFile: string;
}

const exitCheckMs = 50;

function memory(runDir: string, name: string): string {
  return join(runDir, `${name}.json`);
}

/** Starts a process that keeps running when this one ends. */
export async function startDetached(spec: DetachedSpec, clock: Clock): Promise<DetachedProcess> {
  await mkdir(spec.runDir, { recursive: true, mode: 0o700 });
  const log = await open(spec.logFile, 'a', 0o600);
  try {
    const { name, command, args, cwd, env, logFile } = spec;
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', log.fd, log.fd], detached: true });
    const pid = await spawned(child, spec);
    child.unref();
    const remembered: Remembered = { name, pid, command: [command, ...args], cwd: await realpath(cwd), logFile };
    await writeFile(memory(spec.runDir, name), JSON.stringify(remembered), { mode: 0o600 });
    return detached(remembered, clock);
  } finally {
    await log.close();
  }
}

/**
 * The process of that name, if it still runs. The command line and the working directory are compared, since the kernel gives process ids
 * away again.
 */
export async function findDetached(runDir: string, name: string, clock: Clock): Promise<DetachedProcess | undefined> {
  const file = memory(runDir, name);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    return undefined;
  }
  const remembered = JSON.parse(text) as Remembered;
  if (runs(remembered)) {
    return detached(remembered, clock);
  }
  await rm(file, { force: true });
  return undefined;
}

function runs({ pid, command, cwd }: Remembered): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    // Empty while execve(2) loads the program, after Node.js has told that it was spawned. A zombie has none either, but no folder.
    const sameCommand = words === '' || words === `${command.join('\0')}\0`;
    return sameCommand && readlinkSync(`/proc/${pid}/cwd`) === cwd;
  } catch {
    return false;
  }
}

function detached(remembered: Remembered, clock: Clock): DetachedProcess {
  return {
    ...remembered,
    untilExit: (signal) => untilGone(remembered, clock, signal),
    kill: (signal) => {
      if (runs(remembered)) {
        process.kill(remembered.pid, signal);
      }
    },
  };
}

/** Only a parent is told of a process' end; everybody else has to look. */
async function untilGone(remembered: Remembered, clock: Clock, signal: AbortSignal | undefined): Promise<ExitStatus> {
  while (runs(remembered)) {
    await clock.sleep(exitCheckMs, signal);
  }
  return { code: null, signal: null };
}
