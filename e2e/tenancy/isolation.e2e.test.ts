import { isDeepStrictEqual } from 'node:util';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { authKinds, tenantKinds as tenantAuthKinds } from '@tke/api-auth';
import { businessKinds, businessNamespace, project } from '@tke/api-business';
import { platformKinds, tenantPlatformKinds } from '@tke/api-platform';
import { waitFor } from '@tke/envtest';
import { connect, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { coreKinds, type Kind, type KubeObject } from '@tke/meta';

import { bundlePlugin } from '../../tools/build.ts';
import { patience } from '../hub-under-test.ts';
import {
  attemptsOn,
  isRefused,
  rehearsal,
  tally,
  tryAll,
  without,
  type Attempt,
  type Outcome,
  type StoredObject,
} from './attempts.ts';
import { allowToAsk, credentialByPlugin } from './credential-by-plugin.ts';
import { credentialRequest } from './credential-request.ts';
import { furtherObjects } from './further-objects.ts';
import { kstatus, type StatusBearer } from './kstatus.ts';
import { disguises, furtherReferences, inMember, looseEnds, references } from './references.ts';
import { TenancyLab } from './tenancy-lab.ts';
import { homes, tenantObjects, tenantOf, type Tenant } from './tenant-objects.ts';

const minutes = 60_000;
jest.setTimeout(15 * minutes);

const [mine, theirs] = [tenantOf('acme'), tenantOf('bolt')];
const kinds: readonly Kind<StoredObject>[] = [...authKinds, ...platformKinds, ...businessKinds];
const tenantKinds: readonly Kind[] = [...tenantAuthKinds, ...tenantPlatformKinds, ...businessKinds];
const clients: Client[] = [];
const done: Outcome[] = [];

/** For credentials of the administrators. */
const requests = new Map<Tenant, string>();

let lab: TenancyLab;
let admin: Client;
let adminOfMember: Client;
/** One object of the other tenant of every kind. */
let victims: ReadonlyMap<Kind<StoredObject>, StoredObject>;

async function clientOf(kubeconfig: string): Promise<Client> {
  const client = await connect({ kubeconfig, userAgent: 'tenancy', logger: discardLogger });
  clients.push(client);
  return client;
}

/** Only a user of a tenant may ask for a credential, and only for himself. */
async function askForCredential(tenant: Tenant, request: string): Promise<void> {
  const { id: tenantID, cluster, child, administrator: username } = tenant;
  const metadata = { name: `cred-${tenantID}`, namespace: child };
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
    requests.set(tenant, await credentialRequest(tenant, 'web', lab.hub.folder));
    await askForCredential(tenant, requests.get(tenant)!);
  }
  await lab.authorizeMember(theirs);
  admin = await clientOf(await lab.administrator());
  adminOfMember = await clientOf(lab.member(theirs.cluster).kubeconfigPath);
  victims = new Map(await Promise.all(kinds.map(async (kind) => [kind, await oneOf(kind, theirs.id)] as const)));
  for (const kind of ['prj', 'bns']) {
    const all = [kind, '--all', '--all-namespaces', `--timeout=${patience / 1000}s`];
    await lab.hub.must(['wait', '--for=condition=Ready', ...all]);
  }
  await untilSettled();
}, 30 * minutes);

afterAll(async () => {
  process.stderr.write(`${done.length} attempts on what another tenant owns. Answers: ${tally(done)}\n`);
  await Promise.all(clients.map((client) => client.close()));
  await lab.stop();
}, 5 * minutes);

async function memberClientOf(user: string, tenants: readonly string[]): Promise<Client> {
  const groups = tenants.map((tenant) => `tenant:${tenant}`);
  return clientOf(await lab.member(theirs.cluster).access.user(user, { groups }));
}

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

const resourceQuotas: Kind = {
  ...coreKinds.namespace,
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  namespaced: true,
};

/** All that the other tenant has in the hub and in its cluster, but for what controllers say about it: of that the ledgers only. */
async function possessions(): Promise<readonly string[]> {
  const lists = await Promise.all([
    ...kinds.map(async (kind) => (await admin.list(kind)).items),
    ...[coreKinds.namespace, resourceQuotas].map(async (kind: Kind) => (await adminOfMember.list(kind)).items),
  ]);
  const texts = lists.flat().map((object) => {
    const metadata = without(object.metadata, 'resourceVersion', 'managedFields');
    const { charges } = (object as { readonly status?: { readonly charges?: unknown } }).status ?? {};
    return JSON.stringify({ ...without(object, 'status'), metadata, charges });
  });
  // What the intruder made may name the other tenant. What he took would now name his.
  return texts.filter((text) => text.includes(theirs.id) && !text.includes(mine.id)).sort();
}

/** Waits until the controllers have done what is theirs to do: what is taken later is the intruder's work. */
async function untilSettled(): Promise<void> {
  let last: readonly string[] = [];
  const isSettled = async () => {
    const former = last;
    last = await possessions();
    return isDeepStrictEqual(last, former);
  };
  await waitFor(isSettled, { description: 'nothing changes any more', timeoutMs: patience, intervalMs: 2_000 });
}

/** What was not refused. Reads may be answered where the answer has nothing of the other tenant. */
function breaches(outcomes: readonly Outcome[]): readonly string[] {
  const isHarmless = ({ method, httpStatus, answer }: Outcome) =>
    method === 'GET' && httpStatus === 200 && !answer.includes(theirs.id);
  return outcomes
    .filter((outcome) => !isRefused(outcome) && !isHarmless(outcome))
    .map(({ title, httpStatus, answer }) => `${title}: ${httpStatus} ${answer.slice(0, 300)}`);
}

/** Counts them, and proves that nothing came of them. */
async function proveFutile(who: string, client: Client, attempts: readonly Attempt[]): Promise<void> {
  const before = await possessions();
  const outcomes = await tryAll(client, attempts);
  done.push(...outcomes);
  process.stderr.write(`${who}: ${outcomes.length} attempts: ${tally(outcomes)}\n`);
  expect(breaches(outcomes)).toEqual([]);
  expect(before.length).toBeGreaterThan(kinds.length);
  expect(await possessions()).toEqual(before);
}

const objectOf = async ({ path, body }: Attempt) =>
  (await admin.request({ path: `${path}/${(body as KubeObject).metadata.name ?? ''}` })) as StatusBearer & StoredObject;

// First, so that whatever they were worth would show in all that follows.
describe('objects of another tenant that name what it could still make', () => {
  test('come to nothing', async () => {
    const before = await possessions();
    const ends = looseEnds(mine, theirs, requests.get(mine)!);
    const intruder = await clientOf(await lab.user(mine.administrator, mine.id));
    const outcomes = await tryAll(intruder, ends);
    done.push(...outcomes);
    expect(outcomes.filter(({ httpStatus }) => httpStatus !== 200)).toEqual([]);
    const seen = async () => {
      const objects = await Promise.all(ends.map(objectOf));
      return objects.every(({ metadata, status }) => status?.observedGeneration === metadata.generation) && objects;
    };
    const objects = await waitFor(seen, { description: 'the manager has seen them', timeoutMs: patience });
    const answers = objects.filter(({ kind }) => ['NsEmigration', 'NamespaceCredential'].includes(kind));
    expect(answers.map((object) => [object.kind, kstatus(object)])).toEqual([
      ['NsEmigration', expect.stringMatching(/InProgress|Failed/)],
      ['NamespaceCredential', 'InProgress'],
    ]);
    expect(JSON.stringify(answers.map(({ status }) => status))).not.toMatch(/BEGIN|certificate|kubeconfig|token/i);
    expect(await possessions()).toEqual(before);
  });
});

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

  test('gets nothing by objects of its own that refer to what is not', () =>
    proveFutile(`${user}, by reference`, intruder, [
      ...references(mine, theirs, requests.get(mine)!),
      ...furtherReferences(mine, theirs),
    ]));

  test('does nothing to any object of any kind', () =>
    proveFutile(
      `${user}, on ${kinds.length} kinds`,
      intruder,
      kinds.flatMap((kind) => attemptsOn(kind, victims.get(kind)!, theirs.id, mine.id)),
    ));

  test('does nothing in the cluster', async () => {
    const visitor = await memberClientOf(user, tenants);
    await proveFutile(`${user}, in the cluster`, visitor, [...inMember(mine), ...disguises(theirs)]);
  });
});

describe('the same requests', () => {
  test('reach all of it when its own administrator makes them', async () => {
    const owner = await clientOf(await lab.user(theirs.administrator, theirs.id));
    const wanted = ['get', 'list by tenant', 'label'];
    const own = tenantKinds.flatMap((kind) =>
      attemptsOn(kind, victims.get(kind)!, theirs.id, mine.id).filter(({ title }) =>
        wanted.some((what) => title === `${what} ${kind.plural}.${kind.group}`),
      ),
    );
    expect(own).toHaveLength(wanted.length * tenantKinds.length);
    expect(await notDone(owner, own)).toEqual([]);
  });

  test('make objects when they refer to what is its own', async () => {
    const owner = await clientOf(await lab.user(theirs.administrator, theirs.id));
    expect(await notDone(owner, references(theirs, theirs, requests.get(theirs)!))).toEqual([]);
  });

  test('work in the cluster for its own administrator', async () => {
    expect(await notDone(await memberClientOf(theirs.administrator, [theirs.id]), inMember(mine))).toEqual([]);
  });

  test('work in the namespace of a project for whom a binding of the project names, and nowhere else', async () => {
    const member = await memberClientOf(theirs.member, [theirs.id]);
    const deployments = inMember(mine).filter(({ title }) => title.includes('deployments'));
    const answers = (await tryAll(member, deployments)).map(({ title, httpStatus }) => [
      title.split(/[ /]/)[1],
      httpStatus,
    ]);
    expect(Object.fromEntries(answers)).toEqual({ web: 200, shop: 200, default: 403, 'kube-system': 403 });
  });
});

test('kubectl tke credential lets a member into the namespace of the project, by certificate and by token', async () => {
  await bundlePlugin();
  await allowToAsk(lab, theirs);
  for (const type of ['certificate', 'token']) {
    const { said, kubectl } = await credentialByPlugin(lab, theirs, type);
    expect(said).toMatch(new RegExp(`^wrote ${type}.kubeconfig: ${theirs.member} in namespace web of cluster`));
    expect(await kubectl('get', 'deployments')).toContain('No resources found in web namespace');
    const cannot = `User "${theirs.member}" cannot list resource`;
    expect(await kubectl('get', 'secrets')).toContain(`${cannot} "secrets"`);
    expect(await kubectl('get', 'deployments', '-n', 'default')).toContain(`${cannot} "deployments"`);
  }
});

test('all projects and namespaces of the tenant are in good order after all that', async () => {
  const statuses = async () => {
    const lists = await Promise.all(
      [project, businessNamespace].map(async (kind: Kind) => (await admin.list(kind)).items),
    );
    const found = lists.flat().filter(({ metadata }) => metadata.name?.includes(theirs.id));
    return found.map((object) => kstatus(object as StatusBearer)).join();
  };
  const wanted = Array(4).fill('Current').join();
  await waitFor(async () => (await statuses()) === wanted || Promise.reject(new Error(await statuses())), {
    description: 'all are Current',
    timeoutMs: patience,
  });
});

/** Which of these come to nothing, without making or changing anything. */
async function notDone(client: Client, attempts: readonly Attempt[]): Promise<readonly string[]> {
  const outcomes = await tryAll(client, attempts.map(rehearsal));
  process.stderr.write(`by whom it belongs to: ${outcomes.length} requests: ${tally(outcomes)}\n`);
  return outcomes
    .filter(({ httpStatus }) => httpStatus !== 200)
    .map(({ title, httpStatus, answer }) => `${title}: ${httpStatus} ${answer.slice(0, 300)}`);
}
