import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { errors } from './errors.ts';

/** Root's programs, which the PATH of a user may lack. */
const path = [process.env.PATH ?? '', '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter);
export const toolEnvironment: NodeJS.ProcessEnv = { ...process.env, PATH: path, LC_ALL: 'C' };

/** The file of a program of this machine. */
export function findProgram(name: string): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

/** Runs a program of this machine and returns what it printed. Rejects with ToolFailed. */
export function tool(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: toolEnvironment, maxBuffer: 64 * 1024 * 1024 };
    execFile(command, args, options, (cause, stdout, stderr) => {
      if (cause === null) {
        resolve(stdout);
        return;
      }
      const said = stderr.trim().split('\n').slice(-10).join('\n');
      reject(errors.ToolFailed(`${command} ${args.join(' ')}: ${said === '' ? cause.message : said}`, { cause }));
    });
  });
}
