import type { ApiResource, Discovery } from '@tke/kube-client';

/** A resource as reviews name it. */
export interface ResolvedResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** Undefined when the server does not serve it. */
  readonly served: ApiResource | undefined;
}

// Reviews name these, no server lists them: whom somebody impersonates, and what signers and classes of names are lent.
const unlisted: Readonly<Record<string, string>> = {
  users: '',
  groups: '',
  uids: 'authentication.k8s.io',
  userextras: 'authentication.k8s.io',
  signers: 'certificates.k8s.io',
};

/**
 * Reads a resource as kubectl takes it: `pods`, `pod`, `po`, `deployments.apps`, `deployments.v1.apps`. What the server
 * does not serve is taken as it was typed.
 */
export async function resolveResource(
  text: string,
  discovery: Pick<Discovery, 'resources'>,
  signal: AbortSignal,
): Promise<ResolvedResource> {
  const typed = text.toLowerCase();
  const preferred = (await discovery.resources({ signal })).filter((resource) => resource.preferred);
  const served = ways.map((matches) => preferred.find((each) => matches(each, typed))).find(Boolean);
  if (served !== undefined) {
    return { group: served.group, version: served.version, plural: served.plural, served };
  }
  const [plural = '', ...rest] = typed.split('.');
  return { group: unlisted[typed] ?? rest.join('.'), version: '', plural, served: undefined };
}

export function isUnlisted({ plural }: ResolvedResource): boolean {
  return Object.hasOwn(unlisted, plural);
}

type Way = (resource: ApiResource, typed: string) => boolean;

/** In kubectl's order: the first that finds something counts, and of several groups the first of the server's. */
const ways: readonly Way[] = [
  (resource, typed) => namesOf(resource).includes(typed) && resource.plural === typed,
  (resource, typed) => namesOf(resource).includes(typed),
  (resource, typed) => resource.shortNames.includes(typed),
  (resource, typed) => namesOf(resource).some((name) => typed === qualified(name, resource)),
  (resource, typed) => namesOf(resource).some((name) => typed === `${name}.${resource.version}.${resource.group}`),
  // A group may be cut short: deployments.apps, but also policies.auth.
  (resource, typed) =>
    namesOf(resource).some((name) => qualified(name, resource).startsWith(`${typed}.`) && typed.includes('.')),
];

function namesOf({ plural, singular, kind }: ApiResource): readonly string[] {
  return [plural, singular, kind.toLowerCase()].filter((name) => name !== '');
}

function qualified(name: string, { group }: ApiResource): string {
  return group === '' ? name : `${name}.${group}`;
}
