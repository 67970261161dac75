import type { Attempt, Waiting } from '@tke/plan';

import { isWaiting, type HostSession } from '../hosts/host-session.ts';
import { isSameMark, readMark, type HostMark } from './host-mark.ts';
import { ownedPaths } from './owned-paths.ts';
import { leaveScript, resetScript } from './reset-script.ts';

const limitMs = 10 * 60_000;
const mostRemains = 32;
const longestRemain = 256;

export interface ResetOptions extends HostMark {
  /** `spec.etcd.local.dataDir`. Default /var/lib/etcd. */
  readonly etcdDataDir?: string | undefined;
}

/** What a reset has not been able to take away; one line for each. */
export interface HostRemains {
  readonly left: readonly string[];
}

/**
 * Makes a host what it was before the owner's plan prepared it: pods, programs, settings, files and rules of packets. Does nothing on
 * one without our mark: what is there is not ours. Idempotent; goes on past all that fails, and says what is left. It may take minutes
 * and is a job of the attempt, so a lost connection does not stop it halfway.
 */
export async function resetHost(
  session: HostSession,
  attempt: Attempt,
  { etcdDataDir, ...mark }: ResetOptions,
): Promise<Waiting | HostRemains> {
  if (!isSameMark(await readMark(session), mark)) {
    return { left: [] };
  }
  const script = resetScript(ownedPaths(etcdDataDir));
  const run = await session.job(attempt, ['sh', '-c', script, 'reset-host'], { limitMs });
  return isWaiting(run) ? { ...run, message: `${session.ip} is reset` } : { left: remains(run.output) };
}

/**
 * After the reset: removes what `features.files` put there and what the platform keeps of the host, its lock included. A host with the mark of
 * another owner is left as it is. The lock is only to be released afterwards, which does nothing then.
 */
export async function leaveHost(session: HostSession, mark: HostMark): Promise<HostRemains> {
  const found = await readMark(session);
  if (found !== undefined && !isSameMark(found, mark)) {
    return { left: [] };
  }
  return { left: remains((await session.script(leaveScript)).stdout) };
}

function remains(output: string): readonly string[] {
  const lines = output.split('\n').flatMap((line) => /^left: (.+)$/.exec(line)?.[1] ?? []);
  return [...new Set(lines)].slice(0, mostRemains).map((line) => line.slice(0, longestRemain));
}
