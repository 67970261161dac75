import {
  businessNamespace,
  namespaceCredential,
  project,
  type BusinessNamespace,
  type NamespaceCredential,
  type Project,
} from '@tke/api-business';
import { describeError } from '@tke/errors';
import type { DeepReadonly, Kind } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';
import type { AdmissionRequest, FieldProblem, KindAdmission, ValidationResult } from '@tke/webhook';

import { readCertificateRequest } from '../credential/certificate-request.ts';
import { checkSubject, openssl, type CredentialHolder } from '../credential/holder.ts';
import type { TellTenant } from './caller.ts';

type Asked = AdmissionRequest<NamespaceCredential>;
type Credential = DeepReadonly<NamespaceCredential>;

const kind: Kind<NamespaceCredential> = namespaceCredential;
const projects: Kind<Project> = project;

/** A credential says who somebody is, so that one is asked for by himself, and by a user of a tenant. The spec never changes. */
export function namespaceCredentialAdmission(
  cache: CacheReader,
  tellTenant: TellTenant,
): KindAdmission<NamespaceCredential> {
  return {
    kind,
    default: (request) => filledIn(request, cache, tellTenant),
    validate: (request) => validated(request, cache, tellTenant),
  };
}

/** The tenant of the project, and the caller. Sees objects that no schema has checked yet. */
function filledIn({ object, oldObject, namespace, userInfo }: Asked, cache: CacheReader, tellTenant: TellTenant) {
  const { spec } = object as { readonly spec?: Credential['spec'] };
  if (object === undefined || oldObject !== undefined || spec === undefined) {
    return undefined;
  }
  const tenantID = nonEmpty(spec.tenantID) ?? tenantOf(namespace, cache);
  const username = nonEmpty(spec.username) ?? (tellTenant(userInfo).kind === 'tenant' ? userInfo.username : undefined);
  return { ...object, spec: { ...spec, ...(tenantID && { tenantID }), ...(username && { username }) } };
}

function validated(
  { object, oldObject, namespace = '', userInfo }: Asked,
  cache: CacheReader,
  tellTenant: TellTenant,
): ValidationResult {
  if (object === undefined || oldObject !== undefined) {
    return { problems: [], warnings: [] };
  }
  const caller = tellTenant(userInfo);
  if (caller.kind !== 'tenant') {
    return { problems: [noUserOfATenant], warnings: [] };
  }
  const problems = [
    ...tenantProblems(object, caller.tenant, tenantOf(namespace, cache), namespace),
    ...(object.spec.username === userInfo.username ? [] : [notHimself(object, userInfo.username)]),
  ];
  const found = cache.get<BusinessNamespace>(businessNamespace, { namespace, name: object.spec.namespace });
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

function tenantProblems(
  { spec }: Credential,
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

function requestProblems({ spec }: Credential, holder: CredentialHolder): readonly FieldProblem[] {
  const field = 'spec.request';
  try {
    checkSubject(readCertificateRequest(spec.request).subject, holder);
    return [];
  } catch (error) {
    const { message } = describeError(error);
    return [
      { field, value: undefined, rule: message, remedy: `Use what this makes: ${openssl(holder)}`, type: 'Invalid' },
    ];
  }
}

function tenantOf(namespace: string | undefined, cache: CacheReader): string | undefined {
  return nonEmpty(cache.get(projects, { name: namespace ?? '' })?.spec.tenantID);
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

function notHimself({ spec }: Credential, username: string): FieldProblem {
  const rule = `must be "${username}": credentials are asked for by whom they are for`;
  return { field: 'spec.username', value: spec.username, rule, remedy: 'Leave the field out.', type: 'Forbidden' };
}
