import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { auditPolicy } from '../../kubeadm/audit-policy.ts';
import { auditLogFolder, auditPolicyPath } from '../../kubeadm/paths.ts';
import { controlPlaneNodes } from '../host/targets.ts';

/** What a reset takes away besides /etc/kubernetes. */
export const ownedPaths: readonly string[] = [auditLogFolder];

/** What the API servers write down of the requests they get, in a log on their host. */
export const ensureAuditConfig: Step<BuildScope> = {
  name: 'EnsureAuditConfig',
  targets: controlPlaneNodes,
  async run(scope, { target }) {
    const session = await scope.session(target);
    await session.write(auditPolicyPath, auditPolicy(), { mode: 0o600, parents: 0o700 });
    return undefined;
  },
};
