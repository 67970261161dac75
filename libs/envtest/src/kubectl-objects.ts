import type { ClusterAccess } from './control-plane/cluster-access.ts';
import type { KubectlResult } from './control-plane/kubectl.ts';

type Kubectl = Pick<ClusterAccess, 'kubectl'>;

/** Runs kubectl with objects on its standard input. */
export function pipe(cluster: Kubectl, args: readonly string[], ...objects: readonly object[]): Promise<KubectlResult> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  return cluster.kubectl([...args, '-f', '-'], { input });
}

/** Resolves with standard output; rejects with standard error where kubectl fails. */
export async function succeeded(result: Promise<KubectlResult>): Promise<string> {
  const { code, stdout, stderr } = await result;
  if (code !== 0) {
    throw new Error(`kubectl: ${stderr}`);
  }
  return stdout;
}
