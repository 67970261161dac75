import { registry, type Registry } from '@tke/api-platform';
import { fine, kindAdmission, merged, withTenant, type KindAdmission } from '@tke/webhook';

import type { AdmissionContext } from './context.ts';
import { inlineWarnings } from './inline-secrets.ts';
import { namedCluster } from './tenant.ts';

export function registryAdmission(context: AdmissionContext): KindAdmission<Registry> {
  return kindAdmission<Registry>({
    kind: registry,
    default: (request) => withTenant(request, context.callerTenant),
    examine: ({ spec }) => {
      const { clusterName, tenantID = '', password } = spec;
      const named = clusterName
        ? namedCluster({ field: 'spec.clusterName', clusterName, tenantID }, context)
        : undefined;
      const secrets = password ? ['spec.password'] : [];
      return merged([
        named?.kind === 'none' ? named : fine,
        { warnings: inlineWarnings('Registry', secrets, 'give it a password that may only pull') },
      ]);
    },
  });
}
