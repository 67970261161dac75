import { readdirSync, readFileSync, statSync } from 'node:fs';

export function processesOf(uid: number): readonly number[] {
  return allProcesses().filter((pid) => statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === uid);
}

/**
 * The processes by which an sshd serves its connections. Each has a session of its own, so they are no process group of
 * sshd's; what they start for users is called otherwise.
 */
export function servingProcesses(sshd: number): readonly number[] {
  const found = allProcesses().map((pid) => ({ pid, ...look(pid) }));
  const childrenOf = (parent: number): readonly number[] =>
    found
      .filter((each) => each.parent === parent && each.name.startsWith('sshd'))
      .flatMap(({ pid }) => [pid, ...childrenOf(pid)]);
  return childrenOf(sshd);
}

/** Whether there was something to kill. */
export function killProcess(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

function allProcesses(): readonly number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

function look(pid: number): { readonly parent: number; readonly name: string } {
  try {
    const [, name = '', parent = ''] = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return { parent: Number(parent), name };
  } catch {
    return { parent: 0, name: '' };
  }
}
