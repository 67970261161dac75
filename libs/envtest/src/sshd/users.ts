import { existsSync, readFileSync, rmSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { errorMessage } from '@tke/errors';

import { uniqueName } from '../unique-name.ts';
import { waitFor } from '../wait-for.ts';
import { errors } from './errors.ts';
import { killProcess, processesOf } from './processes.ts';
import { tool } from './tool.ts';

export interface SshUserOptions {
  /** Default: `none`. */
  readonly sudo?: 'none' | 'nopasswd' | 'password';
  /** Further lines for the user in sudoers, `Defaults:%u requiretty` for instance; %u is the user. */
  readonly sudoDefaults?: readonly string[];
  /** Default /bin/sh. */
  readonly shell?: string;
}

/** A user of this machine that exists for a test. */
export interface SshUser {
  readonly name: string;
  readonly password: string;
  readonly home: string;
}

const prefix = 'tke-test';
const sudoersFolder = '/etc/sudoers.d';

/** Whether this process may make users. */
const canCreateUsers = process.getuid?.() === 0;

/** Makes a user with a password. Only root can. */
export async function createUser({ sudo = 'none', sudoDefaults = [], shell = '/bin/sh' }: SshUserOptions) {
  if (!canCreateUsers) {
    throw errors.RootNeeded('a login by password needs a user of its own');
  }
  await removeAbandoned();
  const name = uniqueName(prefix);
  const password = uniqueName('password');
  const home = join('/home', name);
  // The comment says whose the user is, for whoever finds it after a crash.
  const comment = `test process ${process.pid}`;
  await retried(() => tool('useradd', ['--create-home', '--home-dir', home, '--shell', shell, '-c', comment, name]));
  await retried(() => tool('chpasswd', [], { stdin: `${name}:${password}\n` }));
  if (sudo !== 'none') {
    const rule = `${name} ALL=(ALL) ${sudo === 'nopasswd' ? 'NOPASSWD: ' : ''}ALL`;
    const lines = [...sudoDefaults.map((line) => line.replaceAll('%u', name)), rule, ''];
    const file = join(sudoersFolder, name);
    await writeFile(file, lines.join('\n'));
    await chmod(file, 0o440);
  }
  return { name, password, home };
}

/** Ends what the user still runs and removes it. */
export async function removeUser(name: string): Promise<void> {
  rmSync(join(sudoersFolder, name), { force: true });
  const uid = Number(await tool('id', ['-u', name]));
  await waitFor(() => processesOf(uid).every((pid) => !killProcess(pid)), { description: `nothing runs as ${name}` });
  await retried(() => tool('userdel', ['--remove', name]));
}

/** Users of test processes that were killed. */
async function removeAbandoned(): Promise<void> {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const [name = '', , , , comment = ''] of lines.map((line) => line.split(':'))) {
    const pid = /^test process (\d+)$/.exec(comment)?.[1];
    if (name.startsWith(`${prefix}-`) && pid !== undefined && !existsSync(`/proc/${pid}`)) {
      await removeUser(name).catch(() => undefined); // another test process may be doing the same
    }
  }
}

/** The files of users have one lock for the machine, and tests run beside each other. */
async function retried(work: () => Promise<unknown>): Promise<void> {
  let last: unknown;
  const attempt = async () => {
    try {
      await work();
      return true;
    } catch (error) {
      last = error;
      if (!errorMessage(error).includes('lock')) {
        throw error;
      }
      return false;
    }
  };
  for (let left = 300; !(await attempt()); left -= 1) {
    if (left === 0) {
      throw last;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
