import { execFile } from 'node:child_process';

import { errors } from './errors.ts';

export interface ToolOptions {
  readonly stdin?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program of the system and returns what it printed. Throws ToolFailed. */
export function tool(
  command: string,
  args: readonly string[],
  { stdin = '', cwd, env }: ToolOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { cwd, env: env ?? process.env }, (cause, stdout, stderr) =>
      cause === null
        ? resolve(stdout)
        : reject(errors.ToolFailed(`${command} ${args.join(' ')}: ${stderr.trim() || cause.message}`, { cause })),
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
  });
}
