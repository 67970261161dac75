import { ClusterAccess } from '../control-plane/cluster-access.ts';
import { errors } from '../errors.ts';

/** Names the folder of the control plane that one test run shares. */
export const sharedFolderVariable = 'TKE_ENVTEST';

/** The control plane that all test files share: use names of your own (`uniqueName`) and do not break it. */
export function sharedControlPlane(): Promise<ClusterAccess> {
  const folder = process.env[sharedFolderVariable];
  if (folder === undefined) {
    throw errors.NoSharedControlPlane(`environment variable ${sharedFolderVariable} is not set`);
  }
  return ClusterAccess.open(folder);
}
