import type { KindDescriptor } from '@tke/crd';
import { kindKey } from '@tke/meta';

import { kustomization, yamlFile, type GeneratedFile } from './files.ts';

const folder = 'config/webhook';

const why = [
  'failurePolicy Ignore: with the webhooks down, objects can still be created, changed and deleted. CEL rules in the CRDs hold what',
  'must never break, and reconcilers check the rest again and report it in status. matchConditions leave out objects that are',
  'being deleted, so that a finalizer can always be removed, and what the manager itself writes.',
];

export interface WebhookDeclaration {
  /** Kinds whose objects are filled in before they are checked, e.g. with the tenant of the caller. */
  readonly mutated: readonly KindDescriptor[];
  readonly validated: readonly KindDescriptor[];
  readonly service: { readonly namespace: string; readonly name: string };
  /** Name of both configurations; the manager keeps their caBundle. */
  readonly configuration: string;
  /** User name of the manager, whose writes are not sent to itself. */
  readonly manager: string;
}

export function webhookFiles(declaration: WebhookDeclaration): readonly GeneratedFile[] {
  const files = [
    configurationFile('mutating', 'MutatingWebhookConfiguration', declaration, declaration.mutated, {
      reinvocationPolicy: 'Never',
    }),
    configurationFile('validating', 'ValidatingWebhookConfiguration', declaration, declaration.validated, {}),
  ];
  return [...files, kustomization(folder, files)];
}

function configurationFile(
  name: 'mutating' | 'validating',
  kind: string,
  declaration: WebhookDeclaration,
  kinds: readonly KindDescriptor[],
  fields: object,
): GeneratedFile {
  const path = name === 'mutating' ? 'mutate' : 'validate';
  const webhooks = kinds.map((each) => ({ ...webhookOf(each, path, declaration), ...fields }));
  const metadata = { name: declaration.configuration };
  return yamlFile(
    `${folder}/${name}.yaml`,
    [{ apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata, webhooks }],
    why,
  );
}

function webhookOf(kind: KindDescriptor, path: string, { service, manager }: WebhookDeclaration): object {
  return {
    name: kindKey(kind),
    admissionReviewVersions: ['v1'],
    clientConfig: { service: { ...service, path: `/${path}/${kindKey(kind)}`, port: 443 } },
    rules: [
      {
        apiGroups: [kind.group],
        apiVersions: [kind.version],
        operations: ['CREATE', 'UPDATE'],
        resources: [kind.plural],
        scope: kind.namespaced ? 'Namespaced' : 'Cluster',
      },
    ],
    matchConditions: [
      { name: 'not-being-deleted', expression: '!has(object.metadata.deletionTimestamp)' },
      { name: 'not-the-manager', expression: `request.userInfo.username != '${manager}'` },
    ],
    failurePolicy: 'Ignore',
    matchPolicy: 'Equivalent',
    sideEffects: 'None',
    timeoutSeconds: 3,
  };
}
