import { describeError } from '@tke/errors';

import type { Command, CommandContext } from './command.ts';
import { canI } from './commands/can-i.ts';
import { credential } from './commands/credential.ts';
import { explain } from './commands/explain.ts';
import { me } from './commands/me.ts';
import { quota } from './commands/quota.ts';
import { simulate } from './commands/simulate.ts';
import { whoCanCommand } from './commands/who-can.ts';
import { why } from './commands/why.ts';
import { cliErrors } from './errors.ts';
import { parseOptions } from './options.ts';
import { parseFormat, render } from './output/print.ts';
import { printable } from './output/printable.ts';

const commands: readonly Command[] = [why, whoCanCommand, canI, simulate, me, quota, credential, explain];

export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly input: () => Promise<string>;
}

/** Exit codes: yes, or nothing changes; no, or something changes; an error. */
export const exitCodes = { ok: 0, notOk: 1, error: 2 } as const;

/** Runs one command line. Resolves with the exit code; never rejects. */
export async function run(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  try {
    const [name, ...rest] = argv;
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      terminal.out(helpText());
      return name === undefined ? exitCodes.error : exitCodes.ok;
    }
    const command = commands.find((each) => each.name === name);
    if (command === undefined) {
      throw cliErrors.UsageInvalid(`there is no command ${JSON.stringify(name)}`);
    }
    return await runCommand(command, rest, terminal, signal);
  } catch (error) {
    const { code, message, remedy } = describeError(error);
    terminal.err(`error: ${printable(message)} (${code})\n${printable(remedy)}\n`);
    return exitCodes.error;
  }
}

async function runCommand(
  command: Command,
  argv: readonly string[],
  { out, err, input }: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const args = parseOptions(argv, command.options);
  if (args.is('help')) {
    out(`${command.summary}\n\nusage: kubectl tke ${command.name} ${command.usage}\n\n${commonHelp}`);
    return exitCodes.ok;
  }
  const format = parseFormat(args.value('output') ?? 'table');
  const context: CommandContext = { signal, input, note: (text) => err(`note: ${printable(text)}\n`) };
  const result = await command.run(args, context);
  out(render(result, format));
  return result.ok ? exitCodes.ok : exitCodes.notOk;
}

const commonHelp = `flags of all commands:
  -o, --output table|json|yaml   default table
      --kubeconfig, --context    as kubectl's
      --hub-tenants a,b          as the authz-webhook's flag, default "default"
      --platform-namespaces a,b  as the authz-webhook's flag, default none
exit codes: 0 yes, or nothing changes; 1 no, or something changes; 2 error
`;

function helpText(): string {
  const lines = commands.map(({ name, usage, summary }) => `  ${name} ${usage}\n      ${summary}`);
  return `What the rules of auth.tkestack.io allow, and why; projects, roles and quota; error codes.\n\nusage: kubectl tke <command>\n${lines.join('\n')}\n\n${commonHelp}`;
}
