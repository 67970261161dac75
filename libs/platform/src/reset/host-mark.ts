import type { BuildScope } from '../build/scope.ts';
import type { HostSession } from '../hosts/host-session.ts';
import { stateFolder } from '../hosts/state-folder.ts';

export const markPath = `${stateFolder}/mark`;

/** The reset as a script, for whoever has to do without the platform. */
export const resetByHandPath = `${stateFolder}/reset.sh`;

/**
 * What somebody at the host may do whom the platform has lost sight of: only who it is marked for may be reset, as it may be the node of
 * another cluster by now. Where nothing but the lock is of this cluster, nothing was done there.
 */
export function resetByHand({ cluster, owner }: HostMark): string {
  return `If the file "mark" in ${stateFolder} says owner=${owner}, run "sh ${resetByHandPath}" on the host or install it anew. If there is no such file, and the file "lock" says cluster=${cluster}, remove the folder. Otherwise leave the host alone: it is not this cluster's.`;
}

/**
 * Whose host it is since it was found fit and free: from then on, all there is of Kubernetes is ours. Without it nothing on the host
 * is: the lock alone only says that somebody has looked.
 */
export interface HostMark {
  /** UID of the Cluster. */
  readonly cluster: string;
  /** UID of the Cluster or Machine that brought the host in. */
  readonly owner: string;
}

export function markOf({ cluster, owner }: Pick<BuildScope, 'cluster' | 'owner'>): HostMark {
  const uid = cluster.metadata.uid ?? '';
  return { cluster: uid, owner: owner ?? uid };
}

export function renderMark({ cluster, owner }: HostMark): string {
  return `cluster=${cluster}\nowner=${owner}\n`;
}

/** Undefined for text that is no mark. */
export function parseMark(text: string): HostMark | undefined {
  const cluster = /^cluster=(.+)$/m.exec(text)?.[1];
  const owner = /^owner=(.+)$/m.exec(text)?.[1];
  return cluster === undefined || owner === undefined ? undefined : { cluster, owner };
}

/** Undefined where there is none. */
export async function readMark(session: Pick<HostSession, 'read'>): Promise<HostMark | undefined> {
  return parseMark(String((await session.read(markPath)) ?? ''));
}

export function isSameMark(one: HostMark | undefined, other: HostMark): boolean {
  return one?.cluster === other.cluster && one.owner === other.owner;
}
