import { describe, expect, test } from '@jest/globals';

import type { KubeObject } from '@tke/meta';

import { loginAddressesAnnotation } from '../hosts/login-addresses.ts';
import { alice, judge, refused, silent, type Asked } from './testing/asking.ts';
import {
  aCluster,
  aCredential,
  aMachine,
  anAddon,
  anImport,
  anImportAddress,
  aSecret,
  host,
  password,
} from './testing/objects.ts';

const ruleOf = (name: string, kind = 'Secret') =>
  `is written by administrators of the tenant only, because it says where ${kind} ${name} is sent`;
const rule = ruleOf('login');
const named = { credentialSecretRef: { name: 'login' } };
const jump = (change: object = {}) => ({ proxy: { type: 'SSHJumpServer', ip: '10.9.9.9', ...change } });
const es = { ip: 'es', scheme: 'https', indexName: 'a', passwordSecretRef: { name: 'login' } };
const addresses = (name: string) => ({ addresses: [{ type: 'Advertise', host: name, port: 6443 }] });
const stored = [aCluster()];

/** Asked by an ordinary user. */
const ordinary = { by: alice, administers: false };
const unable = (asked: Asked) => refused({ ...ordinary, ...asked });

const namings: [string, string, KubeObject][] = [
  ['spec.machines[0].credentialSecretRef.name', 'of a host', aCluster()],
  [
    'spec.machines[0].proxy.credentialSecretRef.name',
    'of the proxy of a host',
    aCluster({ machines: [host('10.0.0.1', { credentialSecretRef: undefined, password, ...jump(named) })] }),
  ],
  ['spec.credentialSecretRef.name', 'of a Machine', aMachine()],
  ['spec.credentialSecretRef.name', 'of an imported Cluster', anImport(named)],
  ['secretRef.name', 'of a ClusterCredential', aCredential({ secretRef: { name: 'login' } })],
  [
    'spec.persistentBackEnd.es.passwordSecretRef.name',
    'of a PersistentEvent',
    anAddon('PersistentEvent', { persistentBackEnd: { es } }),
  ],
];

describe('who names a Secret must administer the tenant', () => {
  test.each(namings)('%s %s', async (field, _, object) => {
    const asked = { object, ...ordinary, stored: object.kind === 'Cluster' ? [] : stored };
    const problems = (await judge(asked)).problems.filter((each) => each.endsWith(rule));
    expect(problems).toEqual([`${field} ${rule}`]);
    expect((await judge({ ...asked, administers: true })).problems).toEqual([]);
  });

  test('one that does not exist yet, too', async () => {
    const object = aMachine({ credentialSecretRef: { name: 'to-come' } });
    const { problems } = await judge({ object, ...ordinary, stored });
    expect(problems).toEqual([`spec.credentialSecretRef.name ${ruleOf('to-come')}`]);
  });

  test('what he writes into the object himself is his own', async () => {
    const object = aMachine({ credentialSecretRef: undefined, privateKey: password });
    expect((await judge({ object, ...ordinary, stored })).problems).toEqual([]);
  });
});

describe('of an object that names one already', () => {
  test.each<[string, string, object]>([
    ['the address', 'login', { ip: '10.0.0.66' }],
    ['the port', 'login', { port: 2222 }],
    ['the Secret', 'other', { credentialSecretRef: { name: 'other' } }],
    ['the way', 'login', jump({ password })],
  ])('%s is changed by administrators only', async (_, name, change) => {
    const asked = { object: aMachine(change), oldObject: aMachine(), stored: [...stored, aSecret('other', 'default')] };
    const { problems } = await judge({ ...asked, ...ordinary });
    expect(problems).toEqual([`spec.credentialSecretRef.name ${ruleOf(name)}`]);
  });

  test('the rest changes freely', async () => {
    const object = aMachine({ labels: { zone: 'b' } });
    expect(await unable({ object, oldObject: aMachine(), stored })).toEqual([]);
  });

  test('hosts come and go, and change places', async () => {
    const of = (...ips: string[]) => aCluster({ machines: ips.map((ip) => host(ip)) });
    expect(await unable({ object: of('10.0.0.2'), oldObject: of('10.0.0.1', '10.0.0.2') })).toEqual([]);
    expect(await unable({ object: of('10.0.0.1', '10.0.0.3'), oldObject: of('10.0.0.1', '10.0.0.2') })).toEqual([
      `spec.machines[1].credentialSecretRef.name ${rule}`,
    ]);
  });
});

describe('the address of an imported cluster', () => {
  const credential = aCredential({ clusterName: 'cls-i', secretRef: { name: 'login' } });
  const byName = anImport({ ...anImportAddress(), clusterCredentialRef: { name: 'cc-a' } });
  const sent = (field: string) => [`${field} ${ruleOf('cc-a', 'ClusterCredential')}`];

  test.each([
    ['and the Secret behind it', credential],
    ['with a token in it', aCredential({ clusterName: 'cls-i', token: 'inline' })],
  ])('is where the ClusterCredential is sent, %s', async (_, opening) => {
    const field = 'spec.clusterCredentialRef.name';
    expect(await unable({ object: byName, stored: [opening] })).toEqual(sent(field));
    const moved = anImport({ ...addresses('evil.example'), clusterCredentialRef: { name: 'cc-a' } });
    expect(await unable({ object: moved, oldObject: byName, stored: [opening] })).toEqual(sent(field));
    const byCluster = anImport(addresses('evil.example'));
    expect(await unable({ object: byCluster, stored: [opening] })).toEqual(sent('spec.addresses'));
    const before = anImport(anImportAddress());
    expect(await unable({ object: byCluster, oldObject: before, stored: [opening] })).toEqual(sent('spec.addresses'));
    expect(await refused({ object: moved, oldObject: byName, stored: [opening], by: alice })).toEqual([]);
  });

  test('is free where the credential is of somebody else, who is not sent there', async () => {
    const foreign = aCredential({ clusterName: 'cls-i', tenantID: 'other', secretRef: { name: 'login' } });
    expect(await unable({ object: anImport(addresses('api.example')), stored: [foreign] })).toEqual([]);
  });
});

describe('a login that says which hosts it is for', () => {
  const forHosts = (text: string) => [...stored, aSecret('login', 'default', { [loginAddressesAnnotation]: text })];
  const is = (field: string, allowed: string) =>
    `spec.${field} must be in ${allowed}, the annotation ${loginAddressesAnnotation} of Secret login`;

  test('is named by everybody, for these', async () => {
    const asked = { object: aMachine(), ...ordinary };
    expect(await judge({ ...asked, stored: forHosts('10.0.0.0/24') })).toEqual(silent);
    expect(await refused({ ...asked, stored: forHosts('10.0.1.0/24') })).toEqual([is('ip', '10.0.1.0/24')]);
  });

  test('is refused to others, whoever asks', async () => {
    expect(await refused({ object: aMachine(), stored: forHosts('') })).toEqual([is('ip', '')]);
    const proxied = aMachine(jump({ password }));
    const { problems } = await judge({ object: proxied, stored: forHosts('10.0.0.0/24') });
    expect(problems).toEqual([is('proxy.ip', '10.0.0.0/24')]);
    const cluster = aCluster({ machines: [host('10.0.0.1'), host('10.0.9.1')] });
    expect(await refused({ object: cluster, stored: forHosts('10.0.0.0/24') })).toEqual([
      is('machines[1].ip', '10.0.0.0/24'),
    ]);
  });

  test('that cannot be read is for none', async () => {
    const [problem] = await refused({ object: aMachine(), stored: forHosts('10.0.0.0/99') });
    expect(problem).toContain(`annotation ${loginAddressesAnnotation} of Secret login holds "10.0.0.0/99"`);
  });

  test('opens no cluster that an ordinary user names', async () => {
    const object = anImport(named);
    expect(await unable({ object, stored: forHosts('0.0.0.0/0') })).toEqual([`spec.credentialSecretRef.name ${rule}`]);
  });
});
