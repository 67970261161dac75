import type { KindDescriptor } from '@tke/crd';
import { kindKey } from '@tke/meta';
import { guardedKinds } from '@tke/policy';

import { kustomization, yamlFile, type GeneratedFile } from './files.ts';
import { isTenantUser } from './tenant-caller.ts';

const folder = 'config/webhook';

const why = [
  'failurePolicy Ignore: with the webhooks down, objects can still be created, changed and deleted. CEL rules in the CRDs hold what',
  'must never break, and reconcilers check the rest again and report it in status. matchConditions leave out objects that are',
  'being deleted, so that a finalizer can always be removed, and what the manager itself writes.',
];

const whyGuarded = [
  ...why,
  'Kinds that hand out permissions have a second entry, for users of tenants, with failurePolicy Fail: nothing but the webhook knows',
  'whether they hold what they hand out (docs/escalation.md). It asks about deletions too: what is deleted may be a deny.',
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
  const metadata = { name: declaration.configuration };
  const file = (name: string, kind: string, webhooks: readonly object[], comment: readonly string[]) =>
    yamlFile(
      `${folder}/${name}.yaml`,
      [{ apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata, webhooks }],
      comment,
    );
  const mutating = declaration.mutated.map((kind) => ({
    ...webhookOf(kind, 'mutate', declaration, unguarded),
    reinvocationPolicy: 'Never',
  }));
  const validating = declaration.validated.flatMap((kind) =>
    (isGuarded(kind) ? [forOthers, forTenants] : [unguarded]).map((callers) =>
      webhookOf(kind, 'validate', declaration, callers),
    ),
  );
  const files = [
    file('mutating', 'MutatingWebhookConfiguration', mutating, why),
    file('validating', 'ValidatingWebhookConfiguration', validating, whyGuarded),
  ];
  return [...files, kustomization(folder, files)];
}

/** Whose requests an entry is for, and what holds for them. */
interface Callers {
  readonly prefix: string;
  readonly operations: readonly string[];
  readonly conditions: readonly { readonly name: string; readonly expression: string }[];
  readonly failurePolicy: 'Fail' | 'Ignore';
}

const unguarded: Callers = { prefix: '', operations: ['CREATE', 'UPDATE'], conditions: [], failurePolicy: 'Ignore' };

const forOthers: Callers = {
  ...unguarded,
  conditions: [{ name: 'no-user-of-a-tenant', expression: `!(${isTenantUser})` }],
};

const forTenants: Callers = {
  prefix: 'tenants.',
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  conditions: [{ name: 'user-of-a-tenant', expression: isTenantUser }],
  failurePolicy: 'Fail',
};

function isGuarded(kind: KindDescriptor): boolean {
  return guardedKinds.some((guarded) => kindKey(guarded) === kindKey(kind));
}

function webhookOf(
  kind: KindDescriptor,
  path: 'mutate' | 'validate',
  { service, manager }: WebhookDeclaration,
  { prefix, operations, conditions, failurePolicy }: Callers,
): object {
  return {
    name: `${prefix}${kindKey(kind)}`,
    admissionReviewVersions: ['v1'],
    clientConfig: { service: { ...service, path: `/${path}/${kindKey(kind)}`, port: 443 } },
    rules: [
      {
        apiGroups: [kind.group],
        apiVersions: [kind.version],
        operations,
        resources: [kind.plural],
        scope: kind.namespaced ? 'Namespaced' : 'Cluster',
      },
    ],
    matchConditions: [
      { name: 'not-being-deleted', expression: notBeingDeleted(operations) },
      { name: 'not-the-manager', expression: `request.userInfo.username != '${manager}'` },
      ...conditions,
    ],
    failurePolicy,
    matchPolicy: 'Equivalent',
    sideEffects: 'None',
    timeoutSeconds: 3,
  };
}

function notBeingDeleted(operations: readonly string[]): string {
  const object = operations.includes('DELETE') ? '(object == null ? oldObject : object)' : 'object';
  return `!has(${object}.metadata.deletionTimestamp)`;
}
