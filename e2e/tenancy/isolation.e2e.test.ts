import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { authKinds, tenantKinds as tenantAuthKinds } from '@tke/api-auth';
import { businessKinds } from '@tke/api-business';
import { platformKinds, tenantPlatformKinds } from '@tke/api-platform';
import { waitFor } from '@tke/envtest';
import { connect, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import type { Kind } from '@tke/meta';

import { attemptsOn, pathOf, tally, tryAll, tryOut, without, type Outcome, type StoredObject } from './attempts.ts';
import { credentialRequest } from './credential-request.ts';
import { kstatus } from './kstatus.ts';
import { inMember, references } from './references.ts';
import { patience, TenancyLab } from './tenancy-lab.ts';
import { homes, tenantObjects, tenantOf, type Manifest, type Tenant } from './tenant-objects.ts';

const minutes = 60_000;
jest.setTimeout(10 * minutes);

const [mine, theirs] = [tenantOf('acme'), tenantOf('bolt')];
const kinds: readonly Kind<StoredObject>[] = [...authKinds, ...platformKinds, ...businessKinds];
const tenantKinds: readonly Kind[] = [...tenantAuthKinds, ...tenantPlatformKinds, ...businessKinds];
const clients: Client[] = [];
const done: Outcome[] = [];

let lab: TenancyLab;
let admin: Client;
/** One object of the other tenant of every kind. */
let victims: ReadonlyMap<Kind<StoredObject>, StoredObject>;

async function clientOf(kubeconfig: string): Promise<Client> {
  const client = await connect({ kubeconfig, userAgent: 'tenancy', logger: discardLogger });
  clients.push(client);
  return client;
}

/** The kinds that are no part of a tenant's repository. */
function furtherObjects({
  id,
  cluster,
  project,
  child,
  administrator,
}: ReturnType<typeof tenantOf>): readonly Manifest[] {
  const of = (group: string, kind: string, name: string, content: object, namespace?: string): Manifest => ({
    ...{ apiVersion: `${group}.tkestack.io/v1`, kind, ...content },
    metadata: { name, ...(namespace !== undefined && { namespace }) },
  });
  const spec = (fields: object) => ({ spec: { tenantID: id, ...fields } });
  const addon = (kind: string) => of('platform', kind, `${kind.toLowerCase()}-${id}`, spec({ clusterName: cluster }));
  const times = { issue_at: '2026-01-02T03:04:05Z', expire_at: '2036-01-02T03:04:05Z' };
  const persistentBackEnd = { cls: { logSetID: 'a', topicID: 'b' } };
  const login = { port: 22, username: 'root', password: 'c2VjcmV0' };
  return [
    of('auth', 'APIKey', `apk-${id}`, spec({ apiKey: `secret-of-${id}`, username: administrator, ...times })),
    of('auth', 'Category', `cat-${id}`, { Spec: { displayName: id } }),
    of('auth', 'APISigningKey', `ask-${id}`, {}),
    of('platform', 'Registry', `rg-${id}`, spec({ displayName: id, url: 'registry.example.com' })),
    of('platform', 'ClusterCredential', `cc-${id}`, {
      tenantID: id,
      clusterName: `cls-${id}-old`,
      token: `secret-of-${id}`,
    }),
    of(
      'platform',
      'Machine',
      `mc-${id}`,
      spec({ clusterName: `${cluster}-later`, type: 'Baremetal', ip: '192.0.2.9', ...login }),
    ),
    of('platform', 'PersistentEvent', `pe-${id}`, spec({ clusterName: cluster, persistentBackEnd })),
    ...['TappController', 'CSIOperator', 'CronHPA'].map(addon),
    of(
      'business',
      'NsEmigration',
      `${cluster}-none`,
      spec({ namespace: `${cluster}-none`, destination: child }),
      project,
    ),
  ];
}

/** Only a user of a tenant may ask for a credential, and only for himself. */
async function askForCredential(tenant: Tenant): Promise<void> {
  const { id: tenantID, cluster, child, administrator: username } = tenant;
  const metadata = { name: `cred-${tenantID}`, namespace: child };
  const request = await credentialRequest(tenant, 'web', lab.hub.folder);
  const spec = { tenantID, namespace: `${cluster}-web`, username, request };
  const input = { apiVersion: 'business.tkestack.io/v1', kind: 'NamespaceCredential', metadata, spec };
  await lab.user(username, tenantID);
  await waitFor(() => lab.hub.must(['create', '-f', '-'], { user: username, input }), {
    description: `${username} asks for a credential`,
    timeoutMs: patience,
  });
}

beforeAll(async () => {
  lab = await TenancyLab.start();
  await Promise.all([mine, theirs].map((tenant) => lab.addMember(tenant)));
  for (const tenant of [mine, theirs]) {
    const objects = [...homes(tenant), ...tenantObjects(tenant), ...furtherObjects(tenant)];
    await lab.hub.must(['apply', '-k', await lab.kustomization(tenant.id, objects)]);
    await askForCredential(tenant);
  }
  await lab.authorizeMember(theirs);
  admin = await clientOf(await lab.administrator());
  victims = new Map(await Promise.all(kinds.map(async (kind) => [kind, await oneOf(kind, theirs.id)] as const)));
  await lab.hub.must(['wait', '--for=condition=Ready', 'prj', '--all', `--timeout=${patience / 1000}s`]);
}, 20 * minutes);

afterAll(async () => {
  process.stderr.write(`${done.length} attempts on what another tenant owns. Answers: ${tally(done)}\n`);
  await Promise.all(clients.map((client) => client.close()));
  await lab.stop();
}, 2 * minutes);

function oneOf(kind: Kind<StoredObject>, tenant: string): Promise<StoredObject> {
  const find = async () => {
    const { items } = await admin.list(kind);
    const found = items.find((object) =>
      JSON.stringify({ ...object, metadata: { name: object.metadata.name } }).includes(tenant),
    );
    return found && { ...found, apiVersion: `${kind.group}/${kind.version}`, kind: kind.kind };
  };
  return waitFor(find, { description: `a ${kind.kind} of ${tenant}`, timeoutMs: patience });
}

/** All that the other tenant has, but for what controllers say about it. */
async function possessions(): Promise<readonly string[]> {
  const lists = await Promise.all(kinds.map(async (kind) => (await admin.list(kind)).items));
  const all = lists.flat().map((object) => {
    const metadata = without(object.metadata, 'resourceVersion', 'managedFields');
    return JSON.stringify({ ...without(object, 'status'), metadata });
  });
  return all.filter((text) => text.includes(theirs.id)).sort();
}

/** What was not refused. Reads may be answered where the answer has nothing of the other tenant. */
function breaches(outcomes: readonly Outcome[], isRead: (title: string) => boolean): readonly string[] {
  const refusals = [401, 403, 404, 405, 409, 422];
  return outcomes
    .filter(({ httpStatus, title, answer }) =>
      httpStatus === 200 ? !(isRead(title) && !answer.includes(theirs.id)) : !refusals.includes(httpStatus),
    )
    .map(({ title, httpStatus, answer }) => `${title}: ${httpStatus} ${answer.slice(0, 200)}`);
}

const reading = (title: string) => /^(get|list|watch) /.test(title);

describe.each<[string, string, readonly string[]]>([
  ['the administrator of another tenant', mine.administrator, [mine.id]],
  ['a member of another tenant', mine.member, [mine.id]],
  ['somebody whose credentials name both tenants', 'janus', [mine.id, theirs.id]],
  ['somebody of no tenant', 'nobody', []],
])('%s', (_, user, tenants) => {
  let intruder: Client;

  beforeAll(async () => {
    intruder = await clientOf(await lab.user(user, ...tenants));
  });

  test('does nothing to any object of any kind', async () => {
    const before = await possessions();
    const attempts = kinds.flatMap((kind) => attemptsOn(kind, victims.get(kind)!, theirs.id, mine.id));
    const outcomes = await tryAll(intruder, attempts);
    done.push(...outcomes);
    process.stderr.write(`${user}: ${outcomes.length} attempts on ${kinds.length} kinds: ${tally(outcomes)}\n`);
    expect(breaches(outcomes, reading)).toEqual([]);
    expect(await possessions()).toEqual(before);
  });

  test('gets nothing by objects of its own that refer to what is not', async () => {
    const before = await possessions();
    const outcomes = await tryAll(intruder, references(mine, theirs));
    done.push(...outcomes);
    process.stderr.write(`${user}: ${outcomes.length} references: ${tally(outcomes)}\n`);
    expect(breaches(outcomes, reading)).toEqual([]);
    expect(await possessions()).toEqual(before);
  });

  test('does nothing in the cluster', async () => {
    const member = lab.member(theirs.cluster);
    const groups = tenants.map((tenant) => `tenant:${tenant}`);
    const visitor = await clientOf(await member.access.user(user, { groups }));
    const outcomes = await tryAll(visitor, inMember(theirs, mine));
    done.push(...outcomes);
    expect(outcomes.filter(({ httpStatus }) => httpStatus !== 403)).toEqual([]);
  });
});

describe('the administrator of the tenant itself', () => {
  let owner: Client;

  beforeAll(async () => {
    owner = await clientOf(await lab.user(theirs.administrator, theirs.id));
  });

  test('reads and changes all of it by the same requests', async () => {
    const wanted = ['get', 'list by tenant', 'label'];
    const own = tenantKinds.flatMap((kind) => {
      const attempts = attemptsOn(kind, victims.get(kind)!, theirs.id, mine.id);
      return attempts.filter(({ title }) => wanted.some((what) => title === `${what} ${kind.plural}.${kind.group}`));
    });
    expect(own).toHaveLength(wanted.length * tenantKinds.length);
    const outcomes = await tryAll(
      owner,
      own.map((attempt) => (attempt.method === 'PATCH' ? { ...attempt, path: `${attempt.path}?dryRun=All` } : attempt)),
    );
    const failed = outcomes.filter(({ httpStatus }) => httpStatus !== 200);
    expect(failed).toEqual([]);
  });

  test('works in the cluster', async () => {
    const visitor = await clientOf(
      await lab.member(theirs.cluster).access.user(theirs.administrator, { groups: [`tenant:${theirs.id}`] }),
    );
    expect(await tryOut(visitor, { title: 'pods', path: '/api/v1/namespaces/web/pods' })).toMatchObject({
      httpStatus: 200,
    });
  });

  test('has all of it in good order afterwards', async () => {
    const project = victims.get(kinds.find(({ kind }) => kind === 'Project')!)!;
    const read = await admin.request({
      path: pathOf(
        kinds.find(({ kind }) => kind === 'Project')!,
        undefined,
        project.metadata.name,
      ),
    });
    expect(kstatus(read as never)).toBe('Current');
  });
});
