/** Names of the manager's own objects in the cluster. */
export const leaseName = 'tke-manager';
export const webhookSecret = 'tke-webhook-tls';
/** Of both the validating and the mutating one. */
export const webhookConfiguration = 'tke-manager';
