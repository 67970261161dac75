import type { KindDescriptor } from '@tke/crd';
import { kindKey, type Kind } from '@tke/meta';
import { secretNamingKinds } from '@tke/platform';
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
  'whether they hold what they hand out (docs/escalation.md). It asks about deletions too: what is deleted may be a deny. Kinds that name',
  'Secrets have one as well, but for deletions: whether the caller may name a Secret is known to nothing else (docs/clusters.md).',
  'These leave out less: what is being deleted is still acted on, so that only a change of its metadata, its finalizers among them, is',
  'not asked about.',
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
    callersOf(kind).map((callers) => webhookOf(kind, 'validate', declaration, callers)),
  );
  const files = [
    file('mutating', 'MutatingWebhookConfiguration', mutating, why),
    file('validating', 'ValidatingWebhookConfiguration', validating, whyGuarded),
  ];
  return [...files, kustomization(folder, files)];
}

interface Condition {
  readonly name: string;
  readonly expression: string;
}

/** CEL. Before an object is created there is no old one. */
const isDeleted = 'oldObject != null && has(oldObject.metadata.deletionTimestamp)';
const notBeingDeleted: Condition = { name: 'not-being-deleted', expression: `!(${isDeleted})` };

/** CEL. Some kinds have at the top level what others have in spec; of these here status is a subresource. */
const isKept = (from: string, to: string) =>
  `${from}.all(key, key == 'metadata' || (key in ${to} && ${from}[key] == ${to}[key]))`;
const notBeingFinished: Condition = {
  name: 'not-being-finished',
  expression: `!(${isDeleted} && (object == null || (${isKept('oldObject', 'object')} && ${isKept('object', 'oldObject')})))`,
};

/** Whose requests an entry is for, and what holds for them. */
interface Callers {
  readonly prefix: string;
  readonly operations: readonly string[];
  readonly conditions: readonly Condition[];
  readonly failurePolicy: 'Fail' | 'Ignore';
}

const unguarded: Callers = {
  prefix: '',
  operations: ['CREATE', 'UPDATE'],
  conditions: [notBeingDeleted],
  failurePolicy: 'Ignore',
};

const forOthers: Callers = {
  ...unguarded,
  conditions: [notBeingDeleted, { name: 'no-user-of-a-tenant', expression: `!(${isTenantUser})` }],
};

const forTenants: Callers = {
  prefix: 'tenants.',
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  conditions: [notBeingFinished, { name: 'user-of-a-tenant', expression: isTenantUser }],
  failurePolicy: 'Fail',
};

function callersOf(kind: KindDescriptor): readonly Callers[] {
  const isAmong = (kinds: readonly Kind[]) => kinds.some((each) => kindKey(each) === kindKey(kind));
  if (isAmong(guardedKinds)) {
    return [forOthers, forTenants];
  }
  return isAmong(secretNamingKinds) ? [forOthers, { ...forTenants, operations: unguarded.operations }] : [unguarded];
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
      { name: 'not-the-manager', expression: `request.userInfo.username != '${manager}'` },
      ...conditions,
    ],
    failurePolicy,
    matchPolicy: 'Equivalent',
    sideEffects: 'None',
    timeoutSeconds: 3,
  };
}
