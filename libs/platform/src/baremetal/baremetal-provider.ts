import { isBuilt } from '../cluster/built.ts';
import type { ClusterPass, ClusterProvider, PassResult } from '../cluster/provider.ts';
import { createCluster, type CreationTools } from './create-cluster.ts';
import { deleteCluster, type DeletionTools } from './delete-cluster.ts';
import { operateCluster, type OperationTools } from './operate-cluster.ts';

export type BaremetalTools = CreationTools & OperationTools & DeletionTools;

/** Clusters that are made out of Linux hosts over SSH: types Baremetal and Edge. */
export class BaremetalProvider implements ClusterProvider {
  readonly #tools: BaremetalTools;

  constructor(tools: BaremetalTools) {
    this.#tools = tools;
  }

  async reconcile(pass: ClusterPass): Promise<PassResult> {
    const unfinished = isBuilt(pass.draft.object) ? undefined : await createCluster(this.#tools, pass);
    return unfinished ?? operateCluster(this.#tools, pass);
  }

  async remove(pass: ClusterPass): Promise<PassResult | 'removed'> {
    const result = await deleteCluster(this.#tools, pass);
    if (result === 'removed') {
      const { uid = '' } = pass.draft.object.metadata;
      this.#tools.routes.forget(uid);
      this.#tools.membership.forget(uid);
      this.#tools.certificates.forget(uid);
      this.#tools.logins.forget(uid);
    }
    return result;
  }
}
