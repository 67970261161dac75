import { managerPermissions as policyPermissions } from '@tke/policy';
import { eventRecorderPermissions, leaderElectionPermissions, type Permission } from '@tke/runtime';

import { leaseName, webhookConfiguration, webhookSecret } from './names.ts';

/** What the manager needs: the sum of its features, and what it does for itself. */
export function managerPermissions(namespace: string): readonly Permission[] {
  const certificate = { group: '', resources: ['secrets'], namespace };
  return [
    ...policyPermissions,
    ...eventRecorderPermissions,
    ...leaderElectionPermissions({ namespace, name: leaseName }),
    {
      group: 'admissionregistration.k8s.io',
      resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
      resourceNames: [webhookConfiguration],
      verbs: ['get', 'list', 'watch', 'patch'],
    },
    // A name cannot be known before creation (Kubernetes documentation of RBAC, "Referring to resources").
    { ...certificate, verbs: ['create'] },
    { ...certificate, resourceNames: [webhookSecret], verbs: ['get', 'list', 'watch', 'patch'] },
  ];
}
