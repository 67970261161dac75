import { readFileSync } from 'node:fs';

/** Says whose containers, networks and disks they are, so that those of a killed run can be told from those of a running one. */
export const ownerLabel = 'io.tkestack.e2e.owner';

/** This process, also when its process id is given away again. */
export function thisOwner(): string {
  return `${process.pid}-${startTime(process.pid) ?? ''}`;
}

export function isAlive(owner: string): boolean {
  const [pid = '', started = ''] = owner.split('-');
  return /^\d+$/.test(pid) && startTime(Number(pid)) === started;
}

/** In clock ticks since boot, field 22 of proc_pid_stat(5). The second field may hold blanks and ends with the last parenthesis. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
