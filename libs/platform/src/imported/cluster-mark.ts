import type { CodedError } from '@tke/errors';
import { isAlreadyExists, isConflict, isNotFound, type Client } from '@tke/kube-client';
import { coreKinds, type ConfigMap } from '@tke/meta';

import { clusterMark, fieldManager } from '../names.ts';
import { importErrors } from './errors.ts';

/** Whose a cluster is. */
export interface MarkOwner {
  /** What the hub is called, e.g. the UID of its namespace kube-system. */
  readonly hub: string;
  /** Name of the Cluster. */
  readonly cluster: string;
  /** Its UID. */
  readonly uid: string;
}

// Every failure here is of one who was faster; more of them in a row are no accident.
const attempts = 3;

/** Undefined where the cluster has no mark. */
export async function readMark(client: Pick<Client, 'get'>, signal: AbortSignal): Promise<ConfigMap | undefined> {
  try {
    return await client.get(coreKinds.configMap, clusterMark, { signal });
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
}

/** Undefined for a mark that does not say it, as those of TKEStack. */
export function ownerOf({ data = {} }: Pick<ConfigMap, 'data'>): MarkOwner | undefined {
  const { hub, cluster, clusterUID: uid } = data;
  return hub === undefined || cluster === undefined || uid === undefined ? undefined : { hub, cluster, uid };
}

/**
 * Says in the cluster whose it is, unless it says so already. Resolves with what `objection` has against that, given the mark of
 * somebody else, if there is one: that stays then, and is replaced otherwise. Of two who are at it at the same time one finds the mark
 * of the other.
 */
export async function claimMark(
  client: Client,
  owner: MarkOwner,
  objection: (mark: ConfigMap | undefined) => Promise<CodedError | undefined>,
  signal: AbortSignal,
): Promise<CodedError | undefined> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const mark = await readMark(client, signal);
    if (mark !== undefined && ownerOf(mark)?.uid === owner.uid) {
      return undefined;
    }
    const refusal = await objection(mark);
    if (refusal !== undefined || (await write(client, owner, mark, signal))) {
      return refusal;
    }
  }
  return importErrors.MarkContended('ConfigMap kube-system/tke of the cluster changed again and again');
}

/** Removes the mark of this owner and no other. */
export async function removeMark(client: Client, { uid }: MarkOwner, signal: AbortSignal): Promise<void> {
  const mark = await readMark(client, signal);
  if (mark === undefined || ownerOf(mark)?.uid !== uid) {
    return;
  }
  const { uid: markUid, resourceVersion } = mark.metadata;
  const preconditions = { ...(markUid && { uid: markUid }), ...(resourceVersion && { resourceVersion }) };
  try {
    await client.delete(coreKinds.configMap, clusterMark, { preconditions, signal });
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
  }
}

/** Whether nobody was faster. Not by server-side apply: of two hubs that use the same field manager the second would take over. */
async function write(
  client: Client,
  owner: MarkOwner,
  before: ConfigMap | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const data = { hub: owner.hub, cluster: owner.cluster, clusterUID: owner.uid };
  const options = { fieldManager, signal };
  try {
    await (before === undefined
      ? client.create(
          coreKinds.configMap,
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: clusterMark, data },
          options,
        )
      : client.update(coreKinds.configMap, { ...before, data }, options));
    return true;
  } catch (error) {
    if (isAlreadyExists(error) || isConflict(error) || isNotFound(error)) {
      return false;
    }
    throw error;
  }
}
