import { businessPermissions } from '@tke/business';
import { admissionPermissions, platformPermissions } from '@tke/platform';
import { managerPermissions as policyPermissions } from '@tke/policy';
import { eventRecorderPermissions, leaderElectionPermissions, type Permission } from '@tke/runtime';
import { certificateRotatorPermissions } from '@tke/webhook';

import { hubIdentityPermissions } from './hub-identity.ts';
import { leaseName, webhookConfigurations, webhookSecret } from './names.ts';

/** What the manager needs: the sum of its features, and what it does for itself. */
export function managerPermissions(namespace: string): readonly Permission[] {
  return [
    ...policyPermissions,
    ...platformPermissions(namespace),
    ...businessPermissions,
    ...admissionPermissions(namespace),
    ...hubIdentityPermissions,
    ...eventRecorderPermissions,
    ...leaderElectionPermissions({ namespace, name: leaseName }),
    ...certificateRotatorPermissions({ namespace, name: webhookSecret }, webhookConfigurations),
  ];
}
