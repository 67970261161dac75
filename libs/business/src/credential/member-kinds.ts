import type { Kind, KubeObject } from '@tke/meta';

export interface ServiceAccount extends KubeObject {
  automountServiceAccountToken?: boolean;
}

export interface ClusterRole extends KubeObject {
  rules: { apiGroups: string[]; resources: string[]; resourceNames: string[]; verbs: string[] }[];
}

export interface ClusterRoleBinding extends KubeObject {
  roleRef: { apiGroup: string; kind: string; name: string };
  subjects: { kind: string; namespace: string; name: string }[];
}

/** authentication.k8s.io/v1. */
export interface TokenRequest extends KubeObject {
  spec: { expirationSeconds: number };
  status?: { token: string; expirationTimestamp: string };
}

export interface CsrCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export interface CertificateSigningRequest extends KubeObject {
  spec: { request: string; signerName: string; usages: string[]; expirationSeconds?: number };
  status?: { certificate?: string; conditions?: CsrCondition[] };
}

const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1', namespaced: false };

export const serviceAccount: Kind<ServiceAccount> = {
  ...{ group: '', version: 'v1', namespaced: true },
  ...{ kind: 'ServiceAccount', plural: 'serviceaccounts' },
};

/** As it is asked for: at the subresource `token` of a ServiceAccount. */
export const tokenRequest: Kind<TokenRequest> = {
  ...{ group: '', version: 'v1', namespaced: true },
  ...{ kind: 'TokenRequest', plural: serviceAccount.plural },
};

export const clusterRole: Kind<ClusterRole> = { ...rbac, kind: 'ClusterRole', plural: 'clusterroles' };

export const clusterRoleBinding: Kind<ClusterRoleBinding> = {
  ...{ ...rbac, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings' },
};

export const certificateSigningRequest: Kind<CertificateSigningRequest> = {
  ...{ group: 'certificates.k8s.io', version: 'v1', namespaced: false },
  ...{ kind: 'CertificateSigningRequest', plural: 'certificatesigningrequests' },
};
