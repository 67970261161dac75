import { beforeAll, describe, expect, test } from '@jest/globals';

import { GroupCluster } from '@tke/crd/testing';

import { platformKinds } from './kinds.ts';
import { built, host, type TestObject } from './testing/objects.ts';

let cluster: GroupCluster;

beforeAll(async () => {
  cluster = await GroupCluster.with(platformKinds);
});

const dualStack = { features: { ipv6DualStack: true } };
const hooked = (hooks: object, files: object[]) => built({ features: { hooks, files } });

describe('creation of a cluster that is built here is refused, with the field and what to do,', () => {
  test.each<[string, TestObject, string]>([
    ['of a cluster named freely', built({}, 'shop'), 'metadata.name must be global, or cls-'],
    ['of a cluster with a second dash', built({}, 'cls-a-b'), 'metadata.name must be global, or cls-'],
    ['of a cluster of an unknown type', built({ type: 'Tke' }), 'spec.type: Unsupported value'],
    ['of a cluster without type', built({ type: undefined }), 'spec.type: Required value'],
    ['of a tenant with two characters', built({ tenantID: 'ab' }), 'spec.tenantID'],
    [
      'of a built cluster without hosts',
      built({ machines: undefined }),
      'spec.machines: Required value: machines is required',
    ],
    ['of a built cluster with an empty list of hosts', built({ machines: [] }), 'machines is required to build'],
    ['of a version with v', built({ version: 'v1.34.2' }), 'version must be three numbers'],
    ['of a version with two numbers', built({ version: '1.34' }), 'version must be three numbers'],
    ['of a host twice', built({ machines: [host(), host({ username: 'b' })] }), 'spec.machines[1]: Duplicate value'],
    ['of a host without an address', built({ machines: [host({ ip: 'shop' })] }), 'spec.machines[0].ip: Invalid value'],
    ['of a host with port 70000', built({ machines: [host({ port: 70000 })] }), 'spec.machines[0].port'],
    [
      'of a host without a credential',
      built({ machines: [host({ password: undefined })] }),
      'spec.machines[0]: Required value: password',
    ],
    ['of a host with an empty password', built({ machines: [host({ password: '' })] }), 'is required to log in'],
    [
      'of a host behind a proxy nowhere',
      built({ machines: [host({ proxy: { type: 'SOCKS5' } })] }),
      'ip is required with a type',
    ],
    [
      'of a host behind a SOCKS proxy without port',
      built({ machines: [host({ proxy: { type: 'SOCKS5', ip: '10.0.0.1', port: 0 } })] }),
      'port of a SOCKS5 proxy must be 1 to 65535',
    ],
    [
      'of a host behind a jump server without a credential',
      built({ machines: [host({ proxy: { type: 'SSHJumpServer', ip: '10.0.0.1' } })] }),
      'is required to log in to a jump server',
    ],
    [
      'of a host key that is no fingerprint',
      built({ machines: [host({ hostKeys: ['ssh-rsa AAAA'] })] }),
      'hostKeys[0]',
    ],
    ['of a label with a bad key', built({ machines: [host({ labels: { 'a b': '' } })] }), 'labels must have keys'],
    ['of a label with a bad value', built({ machines: [host({ labels: { a: 'b c' } })] }), 'spec.machines[0].labels.a'],
    [
      'of a taint with an unknown effect',
      built({ machines: [host({ taints: [{ key: 'a', effect: 'Never' }] })] }),
      'spec.machines[0].taints[0].effect: Unsupported value',
    ],

    ['of pods in no CIDR', built({ clusterCIDR: '10.0.0.0' }), 'clusterCIDR must be a CIDR'],
    ['of services in no CIDR', built({ serviceCIDR: '10.96.0.0/33' }), 'serviceCIDR must be a CIDR'],
    ['of services in the empty CIDR', built({ serviceCIDR: '' }), 'serviceCIDR must be a CIDR'],
    [
      'of two CIDRs without dual stack',
      built({ clusterCIDR: '10.244.0.0/16,fd00::/56' }),
      'clusterCIDR must be one CIDR, or one IPv4 and one IPv6',
    ],
    [
      'of two CIDRs of one family',
      built({ ...dualStack, clusterCIDR: '10.244.0.0/16,10.245.0.0/16' }),
      'clusterCIDR must be one CIDR, or one IPv4 and one IPv6',
    ],
    [
      'of three CIDRs',
      built({ ...dualStack, clusterCIDR: '10.244.0.0/16,fd00::/56,fd01::/56' }),
      'clusterCIDR must be one CIDR, or one IPv4 and one IPv6',
    ],
    [
      'of two CIDRs of services without dual stack',
      built({ serviceCIDR: '10.96.0.0/16,fd00::/108' }),
      'serviceCIDR must be one CIDR, or one IPv4 and one IPv6',
    ],
    [
      'of services inside of pods',
      built({ clusterCIDR: '10.0.0.0/8', serviceCIDR: '10.96.0.0/16', machines: [host({ ip: '192.0.2.1' })] }),
      'serviceCIDR must not overlap clusterCIDR',
    ],
    [
      'of pods inside of services',
      built({ clusterCIDR: '10.96.0.0/24', serviceCIDR: '10.96.0.1/12', properties: { maxNodePodNum: 16 } }),
      'serviceCIDR must not overlap clusterCIDR',
    ],
    [
      'of services inside of the default of pods',
      built({ serviceCIDR: '10.244.9.0/24' }),
      'serviceCIDR must not overlap',
    ],
    [
      'of IPv6 services inside of pods',
      built({ ...dualStack, clusterCIDR: '10.100.0.0/16,fd00::/48', serviceCIDR: '10.96.0.0/16,fd00::/108' }),
      'serviceCIDR must not overlap clusterCIDR',
    ],
    ['of 8 services', built({ serviceCIDR: '10.96.0.0/29' }), 'serviceCIDR must have at least 16 addresses'],
    ['of 8 IPv6 services', built({ serviceCIDR: 'fd00::/125' }), 'serviceCIDR must have at least 16 addresses'],
    [
      'of a host among pods',
      built({ clusterCIDR: '10.0.0.0/16' }),
      'clusterCIDR must not hold the address of a machine',
    ],
    [
      'of a host among services',
      built({ serviceCIDR: '10.0.0.0/16' }),
      'serviceCIDR must not hold the address of a machine',
    ],
    [
      'of pods that do not fit one node',
      built({ clusterCIDR: '10.244.0.0/25' }),
      'clusterCIDR must hold at least one node with properties.maxNodePodNum pods',
    ],
    [
      'of 128 pods that do not fit one node',
      built({ clusterCIDR: '10.244.0.0/26', properties: { maxNodePodNum: 128 } }),
      'clusterCIDR must hold at least one node',
    ],
    [
      'of 100 pods a node',
      built({ properties: { maxNodePodNum: 100 } }),
      'maxNodePodNum must be 16, 32, 64, 128 or 256',
    ],
    ['of 100 services', built({ properties: { maxClusterServiceNum: 100 } }), 'maxClusterServiceNum must be 32, 64'],
    [
      'of two sizes of services',
      built({ serviceCIDR: '10.96.0.0/16', properties: { maxClusterServiceNum: 256 } }),
      'spec.properties.maxClusterServiceNum: Forbidden',
    ],
    ['of ipvs without services', built({ features: { ipvs: true } }), 'serviceCIDR is required with ipvs'],
    [
      'of mode ipvs without services',
      built({ features: { kubeProxyMode: 'ipvs' } }),
      'serviceCIDR is required with ipvs',
    ],
    [
      'of two modes of kube-proxy',
      built({ serviceCIDR: '10.96.0.0/16', features: { ipvs: true, kubeProxyMode: 'nftables' } }),
      'kubeProxyMode must be ipvs where ipvs is true',
    ],
    ['of a network device that is a command', built({ networkDevice: 'eth0; reboot' }), 'spec.networkDevice'],
    ['of a domain in capitals', built({ dnsDomain: 'Cluster.Local' }), 'spec.dnsDomain'],

    ['of an unknown kind of GPU', built({ features: { gpuType: 'Big' } }), 'spec.features.gpuType: Unsupported value'],
    ['of an unknown runtime', built({ features: { containerRuntime: 'rkt' } }), 'spec.features.containerRuntime'],
    [
      'of an unknown CSI operator',
      built({ features: { csiOperator: { version: 'v9' } } }),
      'spec.features.csiOperator.version',
    ],
    [
      'of an unknown mode of upgrades',
      built({ features: { upgrade: { mode: 'Fast' } } }),
      'spec.features.upgrade.mode',
    ],
    [
      'of 200 % unready pods',
      built({ features: { upgrade: { strategy: { maxUnready: '200%' } } } }),
      'maxUnready must be a number from 0 or a percentage',
    ],
    [
      'of -1 unready pods',
      built({ features: { upgrade: { strategy: { maxUnready: -1 } } } }),
      'maxUnready must be a number from 0 or a percentage',
    ],
    [
      'of two ways to high availability',
      built({ features: { ha: { tke: { vip: '10.0.0.1' }, thirdParty: { vip: '10.0.0.1', vport: 6443 } } } }),
      'ha must not have both tke and thirdParty',
    ],
    [
      'of a virtual address that is none',
      built({ features: { ha: { tke: { vip: 'vip' } } } }),
      'vip must be an IP address',
    ],
    [
      'of a router id of 256',
      built({ features: { ha: { tke: { vip: '10.0.0.1', vrid: 256 } } } }),
      'spec.features.ha.tke.vrid',
    ],
    [
      'of a router id that does not exist',
      built({ features: { ha: { tke: { vip: '10.0.0.255' } } } }),
      'vrid is required',
    ],
    [
      'of a balancer without port',
      built({ features: { ha: { thirdParty: { vip: '10.0.0.1', vport: 0 } } } }),
      'spec.features.ha.thirdParty.vport',
    ],
    [
      'of two authorization webhooks',
      built({ features: { authzWebhookAddr: { builtin: {}, external: { ip: '10.0.0.1', port: 443 } } } }),
      'authzWebhookAddr must not have both',
    ],
    [
      'of an authorization webhook without port',
      built({ features: { authzWebhookAddr: { external: { ip: '10.0.0.1', port: 0 } } } }),
      'spec.features.authzWebhookAddr.external.port',
    ],
    [
      'of a hook at an unknown point',
      hooked({ Sometimes: '/a' }, [{ src: 'a', dst: '/a' }]),
      'hooks must be named PreInstall',
    ],
    [
      'of a hook without its file',
      hooked({ PreInstall: '/opt/a.sh' }, []),
      'hooks must begin with the dst of one of files',
    ],
    [
      'of a hook in a folder below the folder',
      hooked({ PreInstall: '/opt/b/a.sh' }, [{ src: 'a', dst: '/opt' }]),
      'hooks must begin with the dst of one of files',
    ],
    ['of a file at a relative path', hooked({}, [{ src: 'a', dst: 'a' }]), 'dst must begin with /'],
    [
      'of a file above its path',
      hooked({}, [{ src: 'a', dst: '/opt/../etc/shadow' }]),
      'dst must begin with / and have no ..',
    ],
    ...['kubelet', 'apiServer', 'controllerManager', 'scheduler'].map((component): [string, TestObject, string] => [
      `of flags of ${component} with dashes`,
      built({ [`${component}ExtraArgs`]: { '--v': '4' } }),
      `${component}ExtraArgs must have names of flags without dashes`,
    ]),
    [
      'of flags of etcd with dashes',
      built({ etcd: { local: { extraArgs: { '-v': '4' } } } }),
      'extraArgs must have names of flags',
    ],
    [
      'of two etcds',
      built({
        etcd: { local: {}, external: { endpoints: ['https://a:2379'], caFile: '', certFile: '', keyFile: '' } },
      }),
      'etcd must not have both local and external',
    ],
    [
      'of a data folder that is a command',
      built({ etcd: { local: { dataDir: '/a; reboot' } } }),
      'spec.etcd.local.dataDir',
    ],
    [
      'of a built cluster with addresses',
      built({ addresses: [{ type: 'Real', host: 'a', port: 6443 }] }),
      'addresses are for imported clusters',
    ],
  ])('%s', async (_, object, message) => {
    const { code, stderr } = await cluster.tried(object);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});
