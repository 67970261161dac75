import { cluster } from '@tke/api-platform';
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
  'being deleted, so that a finalizer can always be removed, and what the manager itself writes. Questions to the manager have',
  'failurePolicy Fail: an answer that nobody gave must not look like one.',
];

const whyGuarded = [
  ...why,
  'Kinds that hand out permissions have a second entry, for users of tenants, with failurePolicy Fail: nothing but the webhook knows',
  'whether they hold what they hand out (docs/escalation.md). It asks about deletions too: what is deleted may be a deny. Kinds that name',
  'Secrets have one as well, but for deletions: whether the caller may name a Secret is known to nothing else (docs/clusters.md).',
  'Of deletions of Clusters the webhook is told to warn of what projects have there, with failurePolicy Ignore.',
  'These leave out less: what is being deleted is still acted on, so that only a change of its metadata, its finalizers among them, is',
  'not asked about.',
];

export interface WebhookDeclaration {
  /** Kinds whose objects are filled in before they are checked, e.g. with the tenant of the caller. */
  readonly mutated: readonly KindDescriptor[];
  readonly validated: readonly KindDescriptor[];
  /** Of those that are filled in: the questions that are answered so. */
  readonly reviews: readonly KindDescriptor[];
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
    ...webhookOf(kind, 'mutate', declaration, declaration.reviews.includes(kind) ? forAskers : unguarded),
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

/** Without the webhook the answer would be empty, and look like one. */
const forAskers: Callers = { ...unguarded, operations: ['CREATE'], conditions: [], failurePolicy: 'Fail' };

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

/** Nothing is refused: whoever deletes it is told what others lose with it. */
const forEnds: Callers = { ...unguarded, prefix: 'ends.', operations: ['DELETE'] };

function callersOf(kind: KindDescriptor): readonly Callers[] {
  return kindKey(kind) === kindKey(cluster) ? [...writersOf(kind), forEnds] : writersOf(kind);
}

function writersOf(kind: KindDescriptor): readonly Callers[] {
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
