import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { ControlPlane, waitFor } from '@tke/envtest';
import { isNotFound, type Client } from '@tke/kube-client';
import { coreKinds } from '@tke/meta';
import { createCa } from '@tke/pki';
import { systemClock as clock } from '@tke/time';

import { adminOf } from '../observe/testing/members.ts';
import { claimMark } from './cluster-mark.ts';
import { importErrors } from './errors.ts';
import {
  addressOf,
  adminKubeconfig,
  condition,
  hubName,
  ImportHub,
  newToken,
  prepareHub,
} from './testing/import-hub.ts';

const timeoutMs = 600_000;
const mark = { namespace: 'kube-system', name: 'tke' };
let hubPlane: ControlPlane;
let memberPlane: ControlPlane;
let member: Client;
let hub: ImportHub;

beforeAll(async () => {
  [hubPlane, memberPlane] = await Promise.all([ControlPlane.start(), ControlPlane.start()]);
  member = await adminOf(memberPlane.access);
  await prepareHub(hubPlane);
  hub = await ImportHub.start(hubPlane);
}, timeoutMs);

afterAll(async () => {
  await hub[Symbol.asyncDispose]();
  await member.close();
  await Promise.all([hubPlane.stop(), memberPlane.stop()]);
}, timeoutMs);

let last = 0;
let name: string;

beforeEach(() => {
  name = `cls-${(++last).toString()}`;
});

afterEach(async () => {
  await hub.deleteAll();
  await member.delete(coreKinds.configMap, mark).catch(() => undefined);
}, timeoutMs);

async function importByKubeconfig(tenantID = 'default'): Promise<void> {
  await hub.secret(name, { kubeconfig: await adminKubeconfig(memberPlane.access) }, tenantID);
  await hub.import(name, { tenantID, credentialSecretRef: { name } });
}

/** What the API server makes by itself, at any time after its start. */
const ownConfigMaps = ['extension-apiserver-authentication', 'kube-apiserver-legacy-service-account-token-tracking'];

async function configMapsOf(client: Client): Promise<readonly string[]> {
  const { items } = await client.list(coreKinds.configMap);
  const others = items.filter(({ metadata }) => !ownConfigMaps.includes(metadata.name ?? ''));
  return others.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`).sort();
}

const markOf = (client: Client) =>
  client.get(coreKinds.configMap, mark).catch((error: unknown) => {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  });

describe('an import', () => {
  test(
    'by a kubeconfig in a Secret: looked at, marked, and detached without a trace',
    async () => {
      const before = await configMapsOf(member);
      await importByKubeconfig();
      const imported = await hub.until(name, 'Succeeded');
      const { uid } = (await member.get(coreKinds.namespace, { name: 'kube-system' })).metadata;
      expect(imported.status).toMatchObject({
        phase: 'Running',
        version: memberPlane.access.version.slice(1),
        uid,
        kubeVendor: 'Other',
        nodes: { total: 0, ready: 0 },
        plan: { operation: 'Import', completed: 5, total: 5 },
        components: [{ type: 'etcd' }, { type: 'kube-apiserver' }],
        certificates: [{ name: 'client' }, { name: 'apiserver' }],
      });
      expect(imported.status).not.toHaveProperty('step');
      expect(imported.status?.addresses).toEqual([{ ...addressOf(memberPlane.access), type: 'Advertise' }]);
      expect(['Reconciling', 'Stalled', 'Ready'].map((type) => condition(imported, type)?.status)).toEqual([
        ...['False', 'False', 'True'],
      ]);
      expect((await markOf(member))?.data).toEqual({ hub: hubName, cluster: name, clusterUID: imported.metadata.uid });

      await hub.delete(name);
      expect(await configMapsOf(member)).toEqual(before);
    },
    timeoutMs,
  );

  test(
    'by addresses and a token, whose rights are granted afterwards: all that are missing are told at once',
    async () => {
      const { token, user } = await newToken(member, 'importer');
      const { ca } = memberPlane.access.pki;
      await hub.secret(name, { token, 'ca.crt': ca.certPem });
      await hub.credential(name, { secretRef: { name } });
      await hub.import(name, { addresses: [addressOf(memberPlane.access)], clusterCredentialRef: { name } });
      const refused = await hub.until(name, 'RightsMissing');
      expect(condition(refused, 'Ready')?.message).toMatch(
        /may not get namespaces\/kube-system, list nodes, .*create configmaps in kube-system, .*ClusterRole cluster-admin/,
      );
      expect(condition(refused, 'Stalled')?.status).toBe('True');
      expect(refused.status).toMatchObject({ phase: 'Failed', step: '3/5 EnsureRights' });
      expect(await markOf(member)).toBeUndefined();

      await memberPlane.kubectl([
        'create',
        'clusterrolebinding',
        name,
        '--clusterrole=cluster-admin',
        `--user=${user}`,
      ]);
      const mayAll = async () => (await memberPlane.kubectl(['auth', 'can-i', '*', '*', `--as=${user}`])).code === 0;
      await waitFor(mayAll, { description: 'the rights hold' });
      await hub.retry(name);
      const imported = await hub.until(name, 'Succeeded');
      expect(imported.status).toMatchObject({ phase: 'Running', addresses: [addressOf(memberPlane.access)] });
      expect(imported.status?.uid).toBeDefined();
      await hub.delete(name);
    },
    timeoutMs,
  );

  test(
    'by addresses alone waits, and goes on by itself with a ClusterCredential that names the Cluster',
    async () => {
      const { token } = await newToken(member, 'later');
      await hub.import(name, { addresses: [addressOf(memberPlane.access)] });
      const waiting = await hub.until(name, 'CredentialNotFound');
      expect(condition(waiting, 'Stalled')?.status).toBe('True');

      const caCert = Buffer.from(memberPlane.access.pki.ca.certPem).toString('base64');
      await hub.credential(name, { clusterName: name, token, caCert });
      await hub.until(name, 'RightsMissing');
      await hub.delete(name);
    },
    timeoutMs,
  );

  test(
    'with the wrong CA is refused, and goes on by itself with the right one',
    async () => {
      const { token } = await newToken(member, name);
      const wrong = await createCa({ commonName: 'somebody else', clock });
      await hub.secret(name, { token, 'ca.crt': wrong.certPem });
      await hub.import(name, { addresses: [addressOf(memberPlane.access)], credentialSecretRef: { name } });
      const refused = await hub.until(name, 'ServerCertificateUntrusted');
      expect(condition(refused, 'Stalled')?.status).toBe('True');
      expect(condition(refused, 'Ready')?.message).toContain('ca.crt in the Secret');

      await hub.secret(name, { token, 'ca.crt': memberPlane.access.pki.ca.certPem });
      await hub.until(name, 'RightsMissing');
      await hub.delete(name);
    },
    timeoutMs,
  );

  test(
    'with a wrong token is refused, and the token is told to nobody',
    async () => {
      const token = 'not-the-right-token';
      await hub.secret(name, { token, 'ca.crt': memberPlane.access.pki.ca.certPem });
      await hub.import(name, { addresses: [addressOf(memberPlane.access)], credentialSecretRef: { name } });
      const refused = await hub.until(name, 'CredentialRejected');
      expect(JSON.stringify([refused, await hub.events(name)])).not.toContain(token);
      await hub.delete(name);
    },
    timeoutMs,
  );

  const nowhere: [what: string, host: string, reason: string][] = [
    ['a name that nobody knows', 'kube.invalid', 'AddressNotResolved'],
    ['a port that nobody listens at', '127.0.0.1', 'AddressRefused'],
  ];
  test.each(nowhere)(
    'at %s is refused, and can be deleted at once',
    async (_what, host, reason) => {
      await hub.secret(name, { token: 'x' });
      await hub.import(name, { addresses: [{ type: 'Real', host, port: 1 }], credentialSecretRef: { name } });
      await hub.until(name, reason);
      await hub.delete(name);
      expect((await hub.events(name)).join()).not.toContain('LeftBehind');
    },
    timeoutMs,
  );

  test(
    'without a credential says what is missing',
    async () => {
      await hub.import(name, { addresses: [addressOf(memberPlane.access)], credentialSecretRef: { name } });
      const refused = await hub.until(name, 'CredentialNotFound');
      expect(condition(refused, 'Ready')?.message).toContain(`there is no Secret ${name}`);
      await hub.delete(name);
    },
    timeoutMs,
  );
});

describe('a cluster is imported once', () => {
  test(
    'the second Cluster is refused and names the first one within its tenant only',
    async () => {
      await importByKubeconfig();
      await hub.until(name, 'Succeeded');
      const first = name;
      name = `${first}b`;
      await importByKubeconfig();
      const second = await hub.until(name, 'AlreadyImported');
      expect(condition(second, 'Ready')?.message).toContain(`Cluster ${first}`);
      expect(second.status?.uid).toBeUndefined();
      const third = `${first}c`;
      await hub.secret(third, { kubeconfig: await adminKubeconfig(memberPlane.access) }, 'other');
      await hub.import(third, { tenantID: 'other', credentialSecretRef: { name: third } });
      expect(condition(await hub.until(third, 'AlreadyImported'), 'Ready')?.message).not.toContain(first);

      await hub.delete(third);
      await hub.delete(first);
      await hub.retry(name);
      await hub.until(name, 'Succeeded');
      expect((await markOf(member))?.data?.cluster).toBe(name);
      await hub.delete(name);
    },
    timeoutMs,
  );

  test('of several who mark it at the same time one does', async () => {
    const owners = ['a', 'b', 'c', 'd'].map((hub) => ({ hub, cluster: `cls-${hub}`, uid: hub }));
    const taken = importErrors.OfAnotherHub('somebody was faster');
    const objection = (found: unknown) => Promise.resolve(found === undefined ? undefined : taken);
    const { signal } = new AbortController();
    const refusals = await Promise.all(owners.map((owner) => claimMark(member, owner, objection, signal)));
    const winners = owners.filter((_, index) => refusals[index] === undefined);
    expect(winners.map(({ uid }) => uid)).toEqual([(await markOf(member))?.data?.clusterUID]);
  });

  test(
    'one that another hub has marked is refused and left alone until the mark is gone',
    async () => {
      const data = { hub: 'other-hub', cluster: 'cls-there', clusterUID: 'a-uid' };
      await member.create(coreKinds.configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: mark, data });
      await importByKubeconfig();
      const refused = await hub.until(name, 'OfAnotherHub');
      expect(condition(refused, 'Ready')?.message).toMatch(/other-hub.*kubectl -n kube-system delete configmap tke/);
      await hub.delete(name);
      expect((await markOf(member))?.data).toEqual(data);

      await importByKubeconfig();
      await hub.until(name, 'OfAnotherHub');
      await member.delete(coreKinds.configMap, mark);
      await hub.retry(name);
      await hub.until(name, 'Succeeded');
      await hub.delete(name);
    },
    timeoutMs,
  );
});

describe('an imported cluster', () => {
  test(
    'that falls silent is Failed, with what was known of it and when it was last seen, and Running when it is back',
    async () => {
      await importByKubeconfig();
      const before = await hub.until(name, 'Succeeded');
      memberPlane.pauseApiServer();
      try {
        const silent = await hub.until(name, 'AddressUnreachable');
        expect(silent.status).toMatchObject({
          phase: 'Failed',
          version: before.status?.version,
          uid: before.status?.uid,
        });
        const { lastSeen = '' } = silent.status ?? {};
        expect(condition(silent, 'Connected')).toMatchObject({ status: 'False' });
        expect(condition(silent, 'Connected')?.message).toContain(`has not answered since ${lastSeen}`);
        expect(Date.parse(lastSeen)).toBeLessThanOrEqual(Date.now());
        expect(Date.parse(lastSeen)).toBeGreaterThanOrEqual(Date.parse(before.status?.lastSeen ?? ''));
      } finally {
        memberPlane.resumeApiServer();
      }
      const back = await hub.until(name, 'Succeeded');
      expect(back.status?.phase).toBe('Running');
      expect(condition(back, 'Connected')?.status).toBe('True');
      await hub.delete(name);
    },
    timeoutMs,
  );

  test(
    'stays Ready while the manager is replaced',
    async () => {
      await importByKubeconfig();
      const before = await hub.until(name, 'Succeeded');
      // Instants in status are whole seconds.
      const nextSecond = Date.parse(before.status?.lastSeen ?? '') + 1_000;
      await waitFor(() => Date.now() > nextSecond, { description: 'the next second' });
      await hub[Symbol.asyncDispose]();
      hub = await ImportHub.start(hubPlane);
      const seenAgain = async () => {
        const found = await hub.get(name);
        return found.status?.lastSeen !== before.status?.lastSeen && found;
      };
      const after = await waitFor(seenAgain, { description: 'it is seen again', timeoutMs: 90_000 });
      expect(condition(after, 'Ready')).toEqual(condition(before, 'Ready'));
      await hub.delete(name);
    },
    timeoutMs,
  );

  test(
    'that is silent when it is detached is waited for, then let go, and what stays there is told',
    async () => {
      await importByKubeconfig();
      await hub.until(name, 'Succeeded');
      memberPlane.pauseApiServer();
      try {
        await hub.delete(name);
      } finally {
        memberPlane.resumeApiServer();
      }
      const told = async () => (await hub.events(name)).find((text) => text.startsWith('LeftBehind'));
      expect(await waitFor(told, { description: 'an event' })).toMatch(
        /ConfigMap kube-system\/tke.*kubectl -n kube-system delete/,
      );

      // A mark of this hub whose Cluster is gone is in nobody's way.
      name = `${name}b`;
      await importByKubeconfig();
      await hub.until(name, 'Succeeded');
      await hub.delete(name);
      expect(await markOf(member)).toBeUndefined();
    },
    timeoutMs,
  );

  test(
    'in whose place another one answers is noticed, and that one is not touched',
    async () => {
      await importByKubeconfig();
      const { status } = await hub.until(name, 'Succeeded');
      const before = await configMapsOf(hub.client);
      await hub.secret(name, { kubeconfig: await adminKubeconfig(hubPlane.access) });
      const changed = await hub.until(name, 'IdentityChanged');
      expect(changed.status).toMatchObject({ phase: 'Failed', uid: status?.uid });
      expect(condition(changed, 'Stalled')).toMatchObject({ status: 'True', reason: 'IdentityChanged' });
      expect(await configMapsOf(hub.client)).toEqual(before);

      await hub.secret(name, { kubeconfig: await adminKubeconfig(memberPlane.access) });
      await hub.until(name, 'Succeeded');
      await hub.secret(name, { kubeconfig: await adminKubeconfig(hubPlane.access) });
      await hub.until(name, 'IdentityChanged');
      await hub.delete(name);
      expect(await configMapsOf(hub.client)).toEqual(before);
      await member.delete(coreKinds.configMap, mark);
    },
    timeoutMs,
  );

  test(
    'whose mark was taken away gets it back; one that was given to another hub is told',
    async () => {
      await importByKubeconfig();
      await hub.until(name, 'Succeeded');
      await member.delete(coreKinds.configMap, mark);
      await hub.retry(name);
      await waitFor(() => markOf(member), { description: 'the mark' });
      const data = { hub: 'other-hub', cluster: 'cls-there', clusterUID: 'a-uid' };
      await member.patch(coreKinds.configMap, mark, { type: 'merge', body: { data } });
      await hub.retry(name);
      await hub.until(name, 'OfAnotherHub');
      await hub.delete(name);
      expect((await markOf(member))?.data).toEqual(data);
      await member.delete(coreKinds.configMap, mark);
    },
    timeoutMs,
  );
});
