import type { ObjectKey } from '@tke/meta';
import type { Permission } from '@tke/runtime';

import type { WebhookConfigurationRef } from './ca-bundle.ts';

/** What `CertificateRotator` needs, and with it `SecretCertificates`. `create` cannot be limited to a name. */
export function certificateRotatorPermissions(
  secret: ObjectKey,
  configurations: readonly WebhookConfigurationRef[],
): readonly Permission[] {
  const secrets = { group: '', resources: ['secrets'], ...(secret.namespace && { namespace: secret.namespace }) };
  return [
    { ...secrets, verbs: ['create'] },
    { ...secrets, resourceNames: [secret.name], verbs: ['get', 'list', 'watch', 'patch'] },
    ...configurations.map(({ kind, name }): Permission => ({
      group: kind.group,
      resources: [kind.plural],
      resourceNames: [name],
      verbs: ['get', 'list', 'watch', 'patch'],
    })),
  ];
}
