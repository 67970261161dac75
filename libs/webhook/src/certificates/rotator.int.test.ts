import { X509Certificate } from 'node:crypto';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { applyManifests, sharedControlPlane, uniqueName, waitFor, type ClusterAccess } from '@tke/envtest';
import { connect, isNotFound, type Client } from '@tke/kube-client';
import { coreKinds, type ConfigMap, type Secret, type WebhookConfiguration } from '@tke/meta';
import { systemClock, type Clock } from '@tke/time';

import { admissionRoutes } from '../admission/routes.ts';
import type { AdmissionRequest, KindAdmission } from '../admission/types.ts';
import { RecordingLogger } from '@tke/log/testing';
import { WebhookReplica } from '../testing/webhook-replica.ts';

import { publishedAuthorities } from './ca-bundle.ts';
import { certificateRotatorPermissions } from './permissions.ts';
import { CertificateRotator, type CertificateRotatorOptions } from './rotator.ts';
import { fromBase64, toBase64 } from './secret-data.ts';

jest.setTimeout(300_000);

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const validating = coreKinds.validatingWebhookConfiguration;
const mutating = coreKinds.mutatingWebhookConfiguration;

/** Ends something that was started, and resolves when it has ended. */
type Stop = () => Promise<void>;

let access: ClusterAccess;
/** Of the administrator, for what a test does. */
let client: Client;
/** Of the code under test: may do what `certificateRotatorPermissions` lists, and nothing else. */
let limited: Client;
let stops: Stop[];
let name: string;
let logger: RecordingLogger;
let requests: AdmissionRequest<ConfigMap>[];

/** Refuses what says it is bad, warns of what says it is old, and fills in `data.filled`. */
const admission: KindAdmission<ConfigMap> = {
  kind: coreKinds.configMap,
  default: ({ object }) => ({ ...(object as ConfigMap), data: { ...object?.data, filled: 'yes' } }),
  validate: (request) => {
    requests.push(request);
    const { bad, old } = request.object?.data ?? {};
    const problem = (field: string) => ({
      field,
      value: bad,
      rule: 'must be good',
      remedy: 'leave it out',
      type: 'Invalid' as const,
    });
    return {
      problems: bad === undefined ? [] : [problem('data.bad'), problem('data')],
      warnings: old === undefined ? [] : ['data.old is deprecated'],
    };
  },
};

beforeAll(async () => {
  access = await sharedControlPlane();
  client = await connect({
    kubeconfig: access.kubeconfigPath,
    userAgent: 'webhook-test',
    logger: new RecordingLogger(),
  });
});

afterAll(() => client.close());

beforeEach(async () => {
  name = uniqueName('webhook');
  logger = new RecordingLogger();
  requests = [];
  stops = [];
  await client.create(coreKinds.namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  limited = await limitedClient();
});

afterEach(async () => {
  for (const stop of stops) {
    await stop();
  }
  await limited.close();
  for (const kind of [validating, mutating]) {
    await client.delete(kind, { name }).catch((error: unknown) => expect(isNotFound(error)).toBe(true));
  }
});

const secretKey = () => ({ namespace: name, name: 'tke-webhook-tls' });
const configurations = () => [validating, mutating].map((kind) => ({ kind, name }));

async function limitedClient(): Promise<Client> {
  const permissions = certificateRotatorPermissions(secretKey(), configurations());
  const rules = permissions.map(({ group, resources, resourceNames, verbs }) => ({
    apiGroups: [group],
    resources,
    verbs,
    ...(resourceNames && { resourceNames }),
  }));
  const rbac = 'rbac.authorization.k8s.io';
  const subjects = [{ kind: 'User', name, apiGroup: rbac }];
  const bound = (prefix: string, namespace: string | undefined) => {
    const chosen = rules.filter((_rule, index) => permissions[index]?.namespace === namespace);
    const metadata = { name, ...(namespace && { namespace }) };
    const role = { apiVersion: `${rbac}/v1`, kind: `${prefix}Role`, metadata, rules: chosen };
    const roleRef = { apiGroup: rbac, kind: role.kind, name };
    return [role, { apiVersion: role.apiVersion, kind: `${role.kind}Binding`, metadata, roleRef, subjects }];
  };
  await applyManifests(access, [...bound('', name), ...bound('Cluster', undefined)]);
  return connect({ kubeconfig: await access.user(name), userAgent: 'webhook-test', logger });
}

/** Runs until the end of the test or until it is stopped. */
function run(runnable: { start(signal: AbortSignal): Promise<void> }): Stop {
  const abort = new AbortController();
  const ended = runnable.start(abort.signal);
  const stop = () => {
    abort.abort();
    return ended;
  };
  stops.push(stop);
  return stop;
}

function runRotator(options: Partial<CertificateRotatorOptions> = {}): Stop {
  const standard = { secret: secretKey(), ips: ['127.0.0.1'], configurations: configurations() };
  return run(new CertificateRotator({ client: limited, logger, ...standard, ...options }));
}

function runReplica(): WebhookReplica {
  const replica = new WebhookReplica(limited, secretKey(), admissionRoutes([admission], { logger }), logger);
  run(replica);
  return replica;
}

/** Both configurations, for the ConfigMaps of the test's own namespace, without a caBundle. */
async function install(url: string, annotations: { readonly validating?: Record<string, string> } = {}): Promise<void> {
  for (const [kind, path, annotated] of [
    [validating, 'validate', annotations.validating],
    [mutating, 'mutate', undefined],
  ] as const) {
    const webhook = {
      name: `${path}.configmaps.tkestack.io`,
      clientConfig: { url: `${url}/${path}/configmaps` },
      rules: [
        { apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE', 'UPDATE', 'DELETE'] },
      ],
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Fail',
      timeoutSeconds: 30,
    };
    const metadata = { name, ...(annotated && { annotations: annotated }) };
    const webhooks = [webhook, { ...webhook, name: `again.${webhook.name}` }];
    await client.create(kind, { apiVersion: 'admissionregistration.k8s.io/v1', kind: kind.kind, metadata, webhooks });
  }
}

function configMap(data: Record<string, string> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: name, generateName: 'cm-' }, data };
}

const create = (data?: Record<string, string>) => client.create(coreKinds.configMap, configMap(data));
/** Until the apiserver knows of both webhooks, too: before, it admits everything without asking. */
const untilAdmitted = () =>
  waitFor(
    async () => {
      const before = requests.length;
      const { data } = await create();
      return data?.filled === 'yes' && requests.length > before;
    },
    { description: 'the webhooks are asked and trusted' },
  );
const secret = () => client.get(coreKinds.secret, secretKey());
const configuration = (kind = validating) => client.get(kind, { name });

async function leaf(): Promise<X509Certificate> {
  return new X509Certificate(fromBase64((await secret()).data?.['tls.crt'] ?? ''));
}

/** How many CAs each configuration trusts, where all its webhooks agree. */
async function trusted(): Promise<number[]> {
  const all = await Promise.all([configuration(validating), configuration(mutating)]);
  return all.map((one: WebhookConfiguration) => {
    const bundles = new Set(one.webhooks?.map(({ clientConfig }) => clientConfig.caBundle));
    return bundles.size === 1 ? publishedAuthorities(one).length : -1;
  });
}

/** Creates objects without a pause until the end of the test. */
function load(): { readonly created: () => number; readonly failures: string[] } {
  const failures: string[] = [];
  let created = 0;
  let stopped = false;
  const workers = Array.from({ length: 4 }, async () => {
    while (!stopped) {
      await create().then(
        () => created++,
        (error: unknown) => failures.push(String(error)),
      );
    }
  });
  stops.unshift(async () => {
    stopped = true;
    await Promise.all(workers);
  });
  return { created: () => created, failures };
}

test('a real apiserver calls both webhooks through certificates that nobody had to make', async () => {
  const first = runReplica();
  const second = runReplica();
  runRotator();
  await first.server.listening;
  await install(first.server.url);
  await untilAdmitted();
  expect((await create({ a: 'b' })).data).toEqual({ a: 'b', filled: 'yes' });

  const input = JSON.stringify({ ...configMap({ bad: 'x', old: 'y' }), metadata: { namespace: name, name: 'told' } });
  const denied = await access.kubectl(['create', '-f', '-'], { input });
  expect(denied.code).toBe(1);
  expect(denied.stderr).toContain('Warning: data.old is deprecated');
  expect(denied.stderr).toContain(
    'The ConfigMap "told" is invalid: \n' +
      '* data.bad: value "x": must be good; leave it out\n' +
      '* data: value "x": must be good; leave it out',
  );
  await expect(create({ bad: 'x' })).rejects.toMatchObject({
    httpStatus: 422,
    status: { reason: 'Invalid', details: { causes: [{ field: 'data.bad' }, { field: 'data' }] } },
  });

  requests = [];
  await client.create(coreKinds.configMap, configMap(), { dryRun: true });
  expect(requests.map(({ dryRun }) => dryRun)).toEqual([true, true]);

  requests = [];
  const { metadata } = await create();
  await client.delete(coreKinds.configMap, { namespace: name, name: metadata.name ?? '' });
  expect(requests.at(-1)).toMatchObject({ operation: 'DELETE', oldObject: { data: { filled: 'yes' } } });

  await waitFor(() => second.server.probe().then(() => true), { description: 'every replica serves' });
  expect(second.certificates.current()).toEqual(first.certificates.current());
  expect(JSON.stringify(await secret())).not.toContain('ca.key');
});

describe('rotation under load loses no request', () => {
  test('when two thirds of the life are over, and the old CA goes in the end', async () => {
    const first = runReplica();
    const sixtyOneDaysAgo: Clock = { ...systemClock, now: () => systemClock.now() - 61 * dayMs };
    const stopPast = runRotator({ clock: sixtyOneDaysAgo });
    await first.server.listening;
    await install(first.server.url);
    await untilAdmitted();
    await stopPast();
    const before = await leaf();
    const calls = load();
    await waitFor(() => calls.created() > 10, { description: 'load' });
    let passedMs = 0;
    runRotator({ clock: { ...systemClock, now: () => systemClock.now() + passedMs }, overlapMs: hourMs });
    await waitFor(() => first.certificates.current()?.certPem !== before.toString(), {
      description: 'a new certificate',
    });
    expect(await trusted()).toEqual([2, 2]);
    const done = calls.created();
    passedMs = hourMs;
    const body = { metadata: { annotations: { touched: 'to wake the rotator' } } };
    await client.patch(coreKinds.secret, secretKey(), { type: 'merge', body });
    await waitFor(async () => (await trusted()).every((count) => count === 1), {
      description: 'the old CA is dropped',
    });
    await waitFor(() => calls.created() > done + 20, { description: 'load' });
    expect(calls.failures).toEqual([]);
    expect(first.certificates.current()?.certPem).toBe((await leaf()).toString());
    const served = new X509Certificate(publishedAuthorities(await configuration())[0]!);
    expect((await leaf()).checkIssued(served)).toBe(true);
  });

  test('when the Secret is deleted', async () => {
    const first = runReplica();
    runRotator();
    await first.server.listening;
    await install(first.server.url);
    await untilAdmitted();
    const before = first.certificates.current();
    const calls = load();
    await client.delete(coreKinds.secret, secretKey());
    await waitFor(() => first.certificates.current()?.certPem !== before?.certPem, {
      description: 'a new certificate',
    });
    const done = calls.created();
    await waitFor(() => calls.created() > done + 20, { description: 'load' });
    expect(calls.failures).toEqual([]);
  });

  test('when the leader goes between publishing and storing', async () => {
    const first = runReplica();
    const stopPast = runRotator({ clock: { ...systemClock, now: () => systemClock.now() - 61 * dayMs } });
    await first.server.listening;
    await install(first.server.url);
    await untilAdmitted();
    await stopPast();
    const before = await leaf();
    const calls = load();
    const stopGone = runRotator({ propagationMs: hourMs });
    await waitFor(async () => (await trusted()).every((count) => count === 2), {
      description: 'both CAs are published',
    });
    await stopGone();
    expect((await leaf()).fingerprint256).toBe(before.fingerprint256);
    runRotator();
    await waitFor(async () => (await leaf()).fingerprint256 !== before.fingerprint256, {
      description: 'a new certificate',
    });
    const done = calls.created();
    await waitFor(() => calls.created() > done + 20, { description: 'load' });
    expect(calls.failures).toEqual([]);
    expect(await trusted()).toEqual([2, 2]); // the CA that was published in vain is gone
  });
});

describe('drift is repaired', () => {
  test.each<[string, string | undefined]>([
    ['an emptied caBundle', ''],
    ["somebody else's CA", undefined],
  ])('%s', async (_what, bundle) => {
    const first = runReplica();
    runRotator();
    await first.server.listening;
    await install(first.server.url);
    await untilAdmitted();
    const wanted = (await configuration()).webhooks?.map(({ clientConfig }) => clientConfig.caBundle);
    const value = bundle ?? toBase64(access.pki.ca.certPem);
    const operations = [{ op: 'replace', path: '/webhooks/1/clientConfig/caBundle', value }] as const;
    await client.patch(validating, { name }, { type: 'json', operations });
    const bundles = async () => (await configuration()).webhooks?.map(({ clientConfig }) => clientConfig.caBundle);
    await waitFor(async () => JSON.stringify(await bundles()) === JSON.stringify(wanted), { description: 'repair' });
    await untilAdmitted();
  });

  test('a Secret that was spoilt is replaced, whatever else it holds is kept', async () => {
    const spoilt: Secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: secretKey(),
      data: { 'tls.crt': toBase64('no certificate'), 'tls.key': '', note: toBase64('keep me') },
    };
    await client.create(coreKinds.secret, spoilt);
    const first = runReplica();
    runRotator();
    await first.server.listening;
    await install(first.server.url);
    await untilAdmitted();
    expect(fromBase64((await secret()).data?.note ?? '')).toBe('keep me');
  });

  test('configurations that come back after an uninstall are filled in again', async () => {
    const first = runReplica();
    runRotator();
    await first.server.listening;
    await install(first.server.url);
    await untilAdmitted();
    await client.delete(validating, { name });
    await client.delete(mutating, { name });
    await install(first.server.url);
    await waitFor(async () => (await trusted()).every((count) => count === 1), { description: 'they are filled in' });
    await untilAdmitted();
  });
});

describe('cert-manager', () => {
  async function certManagersSecret(): Promise<Secret> {
    const stopIssuing = runRotator();
    await waitFor(secret, { description: 'a certificate' });
    await stopIssuing();
    const metadata = { annotations: { 'cert-manager.io/certificate-name': 'webhook' } };
    return client.patch(coreKinds.secret, secretKey(), { type: 'merge', body: { metadata } });
  }

  test('its Secret is served and its CA published, and nothing of it written even when it is due', async () => {
    const made = await certManagersSecret();
    const first = runReplica();
    const future: Clock = { ...systemClock, now: () => systemClock.now() + 80 * dayMs };
    runRotator({ clock: future, propagationMs: 0 });
    await first.server.listening;
    await install(first.server.url);
    await untilAdmitted();
    expect((await secret()).metadata.resourceVersion).toBe(made.metadata.resourceVersion);
  });

  test('a configuration that its cainjector fills is left alone', async () => {
    await certManagersSecret();
    const first = runReplica();
    runRotator();
    await first.server.listening;
    await install(first.server.url, { validating: { 'cert-manager.io/inject-ca-from': `${name}/webhook` } });
    const bundlesOf = async (kind: typeof validating) =>
      (await configuration(kind)).webhooks?.map(({ clientConfig }) => clientConfig.caBundle);
    await waitFor(async () => (await bundlesOf(mutating))?.every((bundle) => bundle !== undefined), {
      description: 'the other one, which comes after it, is filled in',
    });
    expect(await bundlesOf(validating)).toEqual([undefined, undefined]);
    await waitFor(async () => /unknown authority|x509/.test(await create().then(() => 'created', String)), {
      description: 'the webhooks that are left alone are asked and not trusted',
    });
  });
});

test('no log line holds a key', async () => {
  const first = runReplica();
  runRotator();
  await first.server.listening;
  await install(first.server.url);
  await untilAdmitted();
  expect(JSON.stringify(logger.lines)).not.toContain('PRIVATE');
});
