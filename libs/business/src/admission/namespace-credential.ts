import type { NamespaceCredential } from '@tke/api-business';
import { describeError } from '@tke/errors';
import type { CacheReader } from '@tke/runtime';
import {
  fine,
  kindAdmission,
  type AdmissionRequest,
  type FieldProblem,
  type KindAdmission,
  type TellTenant,
  type ValidationResult,
} from '@tke/webhook';

import { openssl, requestOf, type CredentialHolder } from '../credential/holder.ts';
import { liveCredentials, mostLive } from '../credential/live-credentials.ts';
import { credentialKind, namespaceKind, type CredentialObject } from '../objects/kinds.ts';
import { tenantOfProject } from './tenant-of-project.ts';

type Asked = AdmissionRequest<NamespaceCredential>;

/** A credential says who somebody is, so that one is asked for by himself, and by a user of a tenant. The spec never changes. */
export function namespaceCredentialAdmission(
  cache: CacheReader,
  callerTenant: TellTenant,
): KindAdmission<NamespaceCredential> {
  return kindAdmission<NamespaceCredential>({
    kind: credentialKind,
    default: (request) => filledIn(request, cache, callerTenant),
    change: (request) => judged(request, cache, callerTenant),
  });
}

/** The tenant of the project, and the caller. Sees objects that no schema has checked yet. */
function filledIn(request: Asked, cache: CacheReader, callerTenant: TellTenant) {
  const { object, oldObject, userInfo } = request;
  const { spec } = (object ?? {}) as { readonly spec?: CredentialObject['spec'] };
  if (object === undefined || oldObject !== undefined || spec === undefined) {
    return undefined;
  }
  const tenantID = nonEmpty(spec.tenantID) ?? nonEmpty(tenantOfProject(request, cache));
  const username =
    nonEmpty(spec.username) ?? (callerTenant(userInfo).kind === 'tenant' ? userInfo.username : undefined);
  return { ...object, spec: { ...spec, ...(tenantID && { tenantID }), ...(username && { username }) } };
}

function judged(request: Asked, cache: CacheReader, callerTenant: TellTenant): ValidationResult {
  const { object, oldObject, namespace = '', userInfo } = request;
  if (object === undefined || oldObject !== undefined) {
    return fine;
  }
  const caller = callerTenant(userInfo);
  if (caller.kind !== 'tenant') {
    return { problems: [noUserOfATenant], warnings: [] };
  }
  const problems = [
    ...projectProblems(object, caller.tenant, tenantOfProject(request, cache), namespace),
    ...(object.spec.username === userInfo.username ? [] : [notHimself(object, userInfo.username)]),
    ...numberProblems(userInfo.username, namespace, cache),
  ];
  const found = cache.get(namespaceKind, { namespace, name: object.spec.namespace });
  if (problems.length > 0 || found === undefined) {
    const missing = `spec.namespace: Namespace ${object.spec.namespace} of project ${namespace} does not exist; until it does, nothing is issued`;
    return { problems, warnings: found === undefined ? [missing] : [] };
  }
  const { clusterName: cluster, namespace: inside } = found.spec;
  const holder = {
    username: userInfo.username,
    tenantID: caller.tenant,
    project: namespace,
    cluster,
    namespace: inside,
  };
  return { problems: requestProblems(object, holder), warnings: [] };
}

function projectProblems(
  { spec }: CredentialObject,
  own: string,
  ofProject: string | undefined,
  namespace: string,
): readonly FieldProblem[] {
  if (ofProject !== own) {
    // The same whether it is another tenant's or nobody's: what others have is nobody's business.
    const rule = `must be the namespace of a project of tenant "${own}"`;
    const remedy = 'Create the object in the namespace of your project, which has its name.';
    return [{ field: 'metadata.namespace', value: namespace, rule, remedy, type: 'Forbidden' }];
  }
  const rule = `must be "${own}", the tenant of the caller`;
  return spec.tenantID === own
    ? []
    : [{ field: 'spec.tenantID', value: spec.tenantID, rule, remedy: 'Leave the field out.', type: 'Forbidden' }];
}

/** Sooner than the controller, which decides. */
function numberProblems(username: string, project: string, cache: CacheReader): readonly FieldProblem[] {
  const names = liveCredentials({ username, project }, cache).map(({ metadata }) => metadata.name ?? '');
  if (names.length < mostLive) {
    return [];
  }
  const rule = `has ${names.length} NamespaceCredentials in project ${project} already: ${mostLive} may be there at a time`;
  const remedy = `Delete those that you no longer need: kubectl -n ${project} delete namespacecredentials NAME`;
  return [{ field: 'spec.username', value: username, rule, remedy, type: 'Forbidden' }];
}

function requestProblems({ spec }: CredentialObject, holder: CredentialHolder): readonly FieldProblem[] {
  const field = 'spec.request';
  try {
    requestOf(spec.request, holder);
    return [];
  } catch (error) {
    const { message } = describeError(error);
    return [
      { field, value: undefined, rule: message, remedy: `Use what this makes: ${openssl(holder)}`, type: 'Invalid' },
    ];
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

const noUserOfATenant: FieldProblem = {
  field: 'spec.username',
  value: undefined,
  rule: 'must be a user of a tenant, who asks for himself',
  remedy: 'Create the object with credentials of a user of one tenant.',
  type: 'Forbidden',
};

function notHimself({ spec }: CredentialObject, username: string): FieldProblem {
  const rule = `must be "${username}": credentials are asked for by whom they are for`;
  return { field: 'spec.username', value: spec.username, rule, remedy: 'Leave the field out.', type: 'Forbidden' };
}
