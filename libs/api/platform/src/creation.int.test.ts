import { beforeAll, describe, expect, test } from '@jest/globals';

import { GroupCluster } from '@tke/crd/testing';
import { pipe, succeeded } from '@tke/envtest';

import { platformKinds } from './kinds.ts';
import {
  addon,
  built,
  credential,
  host,
  imported,
  machine,
  password,
  registry,
  type TestObject,
} from './testing/objects.ts';

let cluster: GroupCluster;

beforeAll(async () => {
  cluster = await GroupCluster.with(platformKinds);
});

const dualStack = { features: { ipv6DualStack: true } };
const hooked = (hooks: object, files: object[]) => built({ features: { hooks, files } });

describe('creation is refused, with the field and what to do,', () => {
  test.each<[string, TestObject, string]>([
    [
      'of an address of another type',
      imported({ addresses: [{ type: 'Internal', host: 'a', port: 6443 }] }),
      'type of an address to import by must be Advertise or Real',
    ],
    [
      'of an address without host',
      imported({ addresses: [{ type: 'Real', host: '', port: 1 }] }),
      'spec.addresses[0].host',
    ],
    [
      'of an address with port 0',
      imported({ addresses: [{ type: 'Real', host: 'a', port: 0 }] }),
      'spec.addresses[0].port',
    ],
    [
      'of an address with a relative path',
      imported({ addresses: [{ type: 'Real', host: 'a', port: 1, path: 'k8s' }] }),
      'path must be empty or start with /',
    ],
    [
      'of two credentials',
      imported({ clusterCredentialRef: { name: 'cc-a' }, credentialSecretRef: { name: 'a' } }),
      'clusterCredentialRef and credentialSecretRef exclude each other',
    ],
    [
      'of the destruction of an imported cluster',
      imported({ deletionPolicy: 'Destroy' }),
      'deletionPolicy of an imported cluster',
    ],

    ['of a machine without cluster', machine({ clusterName: '' }), 'spec.clusterName'],
    ['of a machine of another type', machine({ type: 'Virtual' }), 'spec.type: Unsupported value'],
    ['of a machine without an address', machine({ ip: '10.0.0' }), 'spec.ip: Invalid value'],
    ['of a machine without a credential', machine({ password: undefined }), 'spec: Required value: password'],
    ['of a machine with port -1', machine({ port: -1 }), 'spec.port'],
    ['of a machine with a command as user', machine({ username: 'root; reboot' }), 'spec.username'],
    ['of a machine with a bad label', machine({ labels: { '/a': '' } }), 'labels must have keys'],
    ['of a machine with a bad annotation', machine({ annotations: { 'a/b/c': '' } }), 'annotations must have keys'],
    ['of a machine that is drained for no time', machine({ drainTimeoutSeconds: 0 }), 'spec.drainTimeoutSeconds'],
    [
      'of a machine with an unknown availability',
      machine({ availability: 'Off' }),
      'spec.availability: Unsupported value',
    ],
    ['of a machine with dots in its name', machine({}, 'mc.x'), 'metadata.name'],

    ['of a certificate without key', credential({ clientCert: password }), 'clientCert and clientKey belong together'],
    ['of a key without certificate', credential({ clientKey: password }), 'clientCert and clientKey belong together'],
    ['of groups without user', credential({ 'as-groups': ['a'] }), 'as is required with as-groups'],
    ['of extra without user', credential({ 'as-user-extra': { a: 'b' } }), 'as is required with as-user-extra'],
    [
      'of a CA that is not looked at',
      credential({ caCert: password, insecureSkipTLSVerify: true }),
      'insecureSkipTLSVerify and caCert exclude each other',
    ],
    [
      'of a proxy with a password',
      credential({ proxyURL: 'http://a:b@proxy:3128' }),
      'proxyURL must be http, https or socks5',
    ],
    ['of a proxy without port', credential({ proxyURL: 'socks5://proxy' }), 'proxyURL must be http, https or socks5'],

    ['of a registry without name', registry({ displayName: '' }), 'spec.displayName'],
    ['of a registry without URL', registry({ url: '' }), 'spec.url'],
    ['of a registry at an odd URL', registry({ url: 'ftp://a' }), 'url must be a host'],

    [
      'of events that go nowhere',
      addon('PersistentEvent', { persistentBackEnd: {} }),
      'persistentBackEnd must have one of',
    ],
    [
      'of events that go two ways',
      addon('PersistentEvent', {
        persistentBackEnd: {
          cls: { logSetID: 'a', topicID: 'b' },
          es: { ip: 'a', scheme: 'http', indexName: 'a' },
        },
      }),
      'persistentBackEnd must have one of cls and es',
    ],
    [
      'of events without topic',
      addon('PersistentEvent', { persistentBackEnd: { cls: { logSetID: 'a' } } }),
      'spec.persistentBackEnd.cls.topicID: Required value',
    ],
    [
      'of events without index',
      addon('PersistentEvent', { persistentBackEnd: { es: { ip: 'a', scheme: 'http' } } }),
      'spec.persistentBackEnd.es.indexName: Required value',
    ],
    ['of TApp in no cluster', addon('TappController', { clusterName: '' }), 'spec.clusterName'],
    ['of CSI in no cluster', addon('CSIOperator', { clusterName: undefined }), 'spec.clusterName: Required value'],
    ['of CronHPA with dots in its name', addon('CronHPA', {}, 'a.b'), 'metadata.name'],
  ])('%s', async (_, object, message) => {
    const { code, stderr } = await cluster.tried(object);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});

describe('a refusal does not repeat a secret', () => {
  const secret = 'hunter2';
  const long = secret.repeat(20_000);
  test.each<[string, TestObject, string]>([
    ['password of a host', built({ machines: [host({ password: secret })] }), 'password must be base64'],
    ['key of a host', built({ machines: [host({ privateKey: secret })] }), 'privateKey must be base64'],
    ['passphrase of a host', built({ machines: [host({ passPhrase: secret })] }), 'passPhrase must be base64'],
    [
      'password of a jump server',
      built({ machines: [host({ proxy: { type: 'SSHJumpServer', ip: '10.0.0.1', password: secret } })] }),
      'password must be base64',
    ],
    ['password of a machine', machine({ password: secret }), 'password must be base64'],
    ['password that is too long', machine({ password: long }), 'spec.password: Too long'],
    ...[
      'caKey',
      'clientKey',
      'etcdCAKey',
      'etcdAPIClientKey',
      'caCert',
      'clientCert',
      'etcdCACert',
      'etcdAPIClientCert',
    ].map((field): [string, TestObject, string] => [
      `${field} of a cluster`,
      credential({ [field]: secret }),
      `${field} must be base64`,
    ]),
    ['token that is too long', credential({ token: long }), 'token: Too long'],
    ['password in the URL of a registry', registry({ url: `http://a:${secret}@b` }), 'url must be a host'],
    ['password in a proxy', credential({ proxyURL: `http://a:${secret}@proxy:1` }), 'proxyURL must be'],
  ])('%s', async (_, object, message) => {
    const { code, stderr } = await cluster.tried(object);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(stderr).not.toContain(secret);
  });
});

test('creation is allowed at the edge of each rule', async () => {
  const socks = { type: 'SOCKS5', ip: 'proxy.example.com', port: 1080 };
  const addresses = [
    { type: 'Real', host: '10.0.0.1', port: 1 },
    { type: 'Real', host: 'fd00::1', port: 65535, path: '/k8s/clusters/a' },
  ];
  await succeeded(
    pipe(
      cluster.access,
      ['create', '--dry-run=server'],
      built({}, 'global'),
      { ...built(), metadata: { generateName: 'cls-' } },
      built({ version: '1.34.2-tke.1', tenantID: undefined }),
      built({ clusterCIDR: '', version: '', dnsDomain: '', networkDevice: '', displayName: '' }),
      built({ serviceCIDR: '10.245.0.0/28', features: { ipvs: true, kubeProxyMode: 'ipvs' } }),
      built({ clusterCIDR: 'fd00:244::/56', serviceCIDR: 'fd00:96::/124', machines: [host({ ip: 'fd00::11' })] }),
      built({ clusterCIDR: '10.1.2.3/24', serviceCIDR: '10.1.3.0/24' }),
      built({ ...dualStack, clusterCIDR: 'fd00::/56,10.1.0.0/16', serviceCIDR: '10.2.0.0/16,fd01::/112' }),
      built({ clusterCIDR: '10.244.0.0/28', properties: { maxNodePodNum: 16, maxClusterServiceNum: 32_768 } }),
      built({ features: { ha: { tke: { vip: '10.0.0.255', vrid: 255 } }, kubeProxyMode: 'nftables' } }),
      built({ features: { upgrade: { strategy: { maxUnready: '100%' } } } }),
      hooked({ PostClusterDelete: '/opt/a.sh x y', PreUpgrade: '/b/c.sh' }, [
        { src: 'a', dst: '/opt/' },
        { src: 'b', dst: '/b/c.sh' },
      ]),
      built({ machines: [host({ password: undefined, credentialSecretRef: { name: 'hosts.shop' }, proxy: socks })] }),
      built({ machines: [host({ hostKeys: [`SHA256:${'a'.repeat(43)}`], labels: { 'a.b/C_d': '' } })] }),
      built({ kubeletConfiguration: { maxPods: 10, evictionHard: { 'memory.available': '5%' } } }),
      imported({ addresses, credentialSecretRef: { name: 'kubeconfig' }, deletionPolicy: 'Detach' }),
      imported({ version: 'v1.30.1-eks', clusterCIDR: 'unknown' }),
      machine({ availability: 'Drained', drainTimeoutSeconds: 86_400, port: 0, username: '' }),
      machine({ privateKey: 'c2Vj\ncmV0\n', password: undefined }),
      credential({ as: 'a', 'as-groups': ['b'], 'as-user-extra': { c: 'd' }, proxyURL: 'socks5://[fd00::1]:1080' }),
      credential({ clientCert: '', clientKey: '', insecureSkipTLSVerify: true, tlsServerName: 'kubernetes' }),
      registry({ url: 'http://10.0.0.1:5000/a/b' }, 'registry.example.com'),
      addon('PersistentEvent', {
        persistentBackEnd: { es: { ip: 'a', scheme: 'https', indexName: 'b', reserveDays: 0 } },
      }),
    ),
  );
});
