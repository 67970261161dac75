import type { JsonPatchOperation } from '@tke/kube-client';
import type { DeepReadonly, Kind, WebhookConfiguration } from '@tke/meta';

import { fromBase64, splitPem } from './secret-data.ts';

/** Names a ValidatingWebhookConfiguration or MutatingWebhookConfiguration, all of whose webhooks are ours. */
export interface WebhookConfigurationRef {
  readonly kind: Kind<WebhookConfiguration>;
  readonly name: string;
}

/** Where cert-manager's cainjector writes the bundle: a second writer and it would overwrite each other for ever. */
const injectionPrefix = 'cert-manager.io/inject-';

/** Every CA that some webhook of the configuration trusts now. */
export function publishedAuthorities({ webhooks = [] }: DeepReadonly<WebhookConfiguration>): string[] {
  return [...new Set(webhooks.flatMap(({ clientConfig }) => splitPem(fromBase64(clientConfig.caBundle ?? ''))))];
}

/** What makes all webhooks of a configuration trust exactly this bundle (base64); empty when they do. */
export function bundleOperations(
  { metadata, webhooks = [] }: DeepReadonly<WebhookConfiguration>,
  caBundle: string,
): JsonPatchOperation[] {
  if (Object.keys(metadata.annotations ?? {}).some((name) => name.startsWith(injectionPrefix))) {
    return [];
  }
  const additions = webhooks.flatMap(({ clientConfig }, index) =>
    clientConfig.caBundle === caBundle
      ? []
      : [{ op: 'add' as const, path: `/webhooks/${index}/clientConfig/caBundle`, value: caBundle }],
  );
  // An index is good only as long as nobody has changed the list.
  const unchanged = { op: 'test' as const, path: '/metadata/resourceVersion', value: metadata.resourceVersion };
  return additions.length === 0 ? [] : [unchanged, ...additions];
}
