import { KubeApiError, type Client, type RawRequest } from '@tke/kube-client';
import type { Kind, KubeObject } from '@tke/meta';

/** Something that a tenant tries on what another one owns. */
export interface Attempt extends RawRequest {
  readonly title: string;
}

export interface Outcome {
  readonly title: string;
  readonly method: NonNullable<RawRequest['method']>;
  readonly httpStatus: number;
  /** The object or the text, or what the server said. */
  readonly answer: string;
}

export type StoredObject = KubeObject & { readonly spec?: Readonly<Record<string, unknown>> };

const merge = { 'Content-Type': 'application/merge-patch+json' };
const jsonPatch = { 'Content-Type': 'application/json-patch+json' };
const apply = { 'Content-Type': 'application/apply-patch+yaml' };

/** Path of a kind's collection, or of one object of it. */
export function pathOf({ group, version, plural, namespaced }: Kind, namespace?: string, name?: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const where = namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
  return `${root}${where}/${plural}${name === undefined ? '' : `/${name}`}`;
}

/** Everything that can be tried on one object of the tenant `theirs`, by its kind alone. */
export function attemptsOn(kind: Kind, object: StoredObject, theirs: string, mine: string): readonly Attempt[] {
  const { name, namespace } = object.metadata as { name: string; namespace?: string };
  const [all, item] = [pathOf(kind, namespace), pathOf(kind, namespace, name)];
  const tenantField = kind.kind === 'ClusterCredential' ? 'tenantID' : 'spec.tenantID';
  const title = (what: string) => `${what} ${kind.plural}.${kind.group}`;
  return [
    ...reads(kind, { all, item, name, tenantField, theirs, mine }).map(([what, path]) => ({
      title: title(what),
      path,
    })),
    ...writes(object, { all, item, tenantField, theirs, mine }).map(({ title: what, ...request }) => ({
      title: title(what),
      ...request,
    })),
  ];
}

/** A copy that lacks these fields. */
export function without(object: object, ...fields: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field)));
}

interface Target {
  readonly all: string;
  readonly item: string;
  readonly tenantField: string;
  readonly theirs: string;
  readonly mine: string;
}

function reads(
  kind: Kind,
  { all, item, name, tenantField, theirs, mine }: Target & { name: string },
): [string, string][] {
  const where = (selector: string) => `?fieldSelector=${encodeURIComponent(selector)}`;
  const everywhere = pathOf(kind);
  const watch = '&watch=true&timeoutSeconds=1';
  return [
    ['get', item],
    ['get the status of', `${item}/status`],
    ['list', all],
    ['list by label', `${all}?labelSelector=a`],
    ['list by tenant', all + where(`${tenantField}=${theirs}`)],
    ['list by name', all + where(`metadata.name=${name}`)],
    ['list all but the own', all + where(`${tenantField}!=${mine}`)],
    ['list by both tenants', all + where(`${tenantField}=${mine},${tenantField}=${theirs}`)],
    ['list in all namespaces', everywhere],
    ['list by tenant in all namespaces', everywhere + where(`${tenantField}=${theirs}`)],
    ['watch', `${all}?watch=true&timeoutSeconds=1`],
    ['watch by tenant', all + where(`${tenantField}=${theirs}`) + watch],
    ['watch by name', all + where(`metadata.name=${name}`) + watch],
    ['watch in the old way', all.replace('/v1/', '/v1/watch/') + where(`${tenantField}=${theirs}`) + watch],
  ];
}

function writes(object: StoredObject, { all, item, tenantField, theirs, mine }: Target): Attempt[] {
  const metadata = without(object.metadata, 'uid', 'resourceVersion', 'managedFields');
  const copy = { ...object, metadata };
  const taken = tenantField === 'tenantID' ? { tenantID: mine } : { spec: { ...object.spec, tenantID: mine } };
  const takeOver = tenantField === 'tenantID' ? { tenantID: mine } : { spec: { tenantID: mine } };
  const status = { status: { phase: 'Broken', memberUID: 'broken' } };
  const selector = `?fieldSelector=${encodeURIComponent(`${tenantField}=${theirs}`)}`;
  return [
    { title: 'create again', method: 'POST', path: all, body: copy },
    { title: 'create as own', method: 'POST', path: all, body: { ...copy, ...taken } },
    { title: 'replace', method: 'PUT', path: item, body: copy },
    { title: 'take over', method: 'PUT', path: item, body: { ...copy, ...taken } },
    { title: 'label', method: 'PATCH', path: item, headers: merge, body: { metadata: { labels: { broken: 'yes' } } } },
    { title: 'take over by patch of', method: 'PATCH', path: item, headers: merge, body: takeOver },
    {
      ...{ title: 'take the finalizers of', method: 'PATCH', path: item, headers: jsonPatch },
      body: [{ op: 'add', path: '/metadata/finalizers', value: [] }],
    },
    {
      ...{ title: 'apply', method: 'PATCH', path: `${item}?fieldManager=broken&force=true`, headers: apply },
      body: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        metadata: { name: metadata.name, labels: { broken: 'yes' } },
      },
    },
    { title: 'patch the status of', method: 'PATCH', path: `${item}/status`, headers: merge, body: status },
    { title: 'replace the status of', method: 'PUT', path: `${item}/status`, body: { ...copy, ...status } },
    { title: 'delete', method: 'DELETE', path: item },
    { title: 'delete all', method: 'DELETE', path: all },
    { title: 'delete by tenant', method: 'DELETE', path: all + selector },
  ];
}

/** What came of it. */
export async function tryOut(client: Client, { title, ...request }: Attempt): Promise<Outcome> {
  const { method = 'GET' } = request;
  try {
    const answer = await client.request(request);
    return { title, method, httpStatus: 200, answer: typeof answer === 'string' ? answer : JSON.stringify(answer) };
  } catch (error) {
    if (error instanceof KubeApiError) {
      return { title, method, httpStatus: error.httpStatus, answer: error.status.message ?? '' };
    }
    throw error;
  }
}

/**
 * Whether it was refused. What changes an object has to fail before its content is looked at: 409 and 422 come after the caller was let in,
 * which is all right only where he made an object of his own.
 */
export function isRefused({ method, httpStatus }: Outcome): boolean {
  return [403, 404, 405, ...(method === 'POST' ? [409, 422] : [])].includes(httpStatus);
}

/** The same, without a trace: reads as they are, writes as dry runs. */
export function rehearsal(attempt: Attempt): Attempt {
  const { method = 'GET', path } = attempt;
  return method === 'GET' ? attempt : { ...attempt, path: `${path}${path.includes('?') ? '&' : '?'}dryRun=All` };
}

/** One after the other, so that what failed can be told from what was too much. */
export async function tryAll(client: Client, attempts: readonly Attempt[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const attempt of attempts) {
    outcomes.push(await tryOut(client, attempt));
  }
  return outcomes;
}

/** Number of attempts by what the server answered: `403: 512, 409: 3`. */
export function tally(outcomes: readonly Outcome[]): string {
  const counts = [...Map.groupBy(outcomes, ({ httpStatus }) => httpStatus)].map(
    ([code, each]) => [code, each.length] as const,
  );
  return counts
    .sort(([a], [b]) => a - b)
    .map(([code, count]) => `${code}: ${count}`)
    .join(', ');
}
