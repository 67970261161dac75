export interface AuthorizationOptions {
  /** Path of the kubeconfig on the host of the API server. */
  readonly kubeConfigFile: string;
  /** Version of the API server, `1.36` or `v1.36.3`; 1.30 at least. */
  readonly kubernetes: string;
  /**
   * Letters, digits and spaces that stand for the content of the kubeconfig. kube-apiserver reads that file again when it finds another
   * configuration, and only then (pkg/kubeapiserver/authorizer/reload.go): comments of YAML do not make one, those of CEL do.
   */
  readonly revision?: string;
}

/** Whether an API server takes an AuthorizationConfiguration (KEP-3221, on by default from 1.30). */
export function hasAuthorizationConfiguration(kubernetes: string): boolean {
  return minorOf(kubernetes) >= 30;
}

const concerned = "!request.user.startsWith('system:')";

/** Structured AuthorizationConfiguration for `--authorization-config`. */
export function authorizationConfiguration({
  kubeConfigFile,
  kubernetes,
  revision,
}: AuthorizationOptions): Record<string, unknown> {
  const minor = minorOf(kubernetes);
  const webhook = {
    timeout: '2s',
    // The smallest useful TTLs: they are how long an answer outlives a changed policy. 0 would mean the default of 5 minutes.
    authorizedTTL: '5s',
    unauthorizedTTL: '2s',
    // Before 1.34 the server refuses these fields; with them a grant that was taken back is gone at once.
    ...(minor >= 34 && { cacheAuthorizedRequests: false, cacheUnauthorizedRequests: false }),
    subjectAccessReviewVersion: 'v1',
    matchConditionSubjectAccessReviewVersion: 'v1',
    failurePolicy: 'Deny',
    connectionInfo: { type: 'KubeConfigFile', kubeConfigFile },
    matchConditions: [{ expression: revision === undefined ? concerned : `${concerned} // ${revision}` }],
  };
  return {
    apiVersion: `apiserver.config.k8s.io/${minor >= 32 ? 'v1' : 'v1beta1'}`,
    kind: 'AuthorizationConfiguration',
    authorizers: [
      { type: 'Node', name: 'node' },
      { type: 'RBAC', name: 'rbac' },
      { type: 'Webhook', name: 'tke', webhook },
    ],
  };
}

function minorOf(kubernetes: string): number {
  return Number(/^v?1\.(\d{1,4})\b/.exec(kubernetes)?.[1] ?? 0);
}
