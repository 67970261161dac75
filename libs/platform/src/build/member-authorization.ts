import type { Secret } from '@tke/host';

/** How the API server of a member asks the hub's authz-webhook: three files of /etc/kubernetes/tke-authz on its hosts. */
export interface MemberAuthorization {
  /** AuthorizationConfiguration, YAML. Refers to /etc/kubernetes/tke-authz/webhook.kubeconfig. */
  readonly configuration: string;
  /** kubeconfig with the client certificate inside, whose identity is the cluster. */
  readonly kubeconfig: Secret;
  /** When that certificate is replaced, and when it ends; milliseconds since the epoch. */
  readonly renewAt: number;
  readonly notAfter: number;
}
