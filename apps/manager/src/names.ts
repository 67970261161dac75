import { coreKinds } from '@tke/meta';
import type { WebhookConfigurationRef } from '@tke/webhook';

/** Names of the manager's own objects in the cluster. */
export const leaseName = 'tke-manager';
export const webhookSecret = 'tke-webhook-tls';
export const webhookConfigurations: readonly WebhookConfigurationRef[] = [
  { kind: coreKinds.mutatingWebhookConfiguration, name: 'tke-manager' },
  { kind: coreKinds.validatingWebhookConfiguration, name: 'tke-manager' },
];
