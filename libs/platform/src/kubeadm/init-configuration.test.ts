import { describe, expect, test } from '@jest/globals';
import type { Cluster } from '@tke/api-platform';
import { loadAll } from 'js-yaml';

import type { ClusterInput } from './cluster-configuration.ts';
import { initConfiguration } from './init-configuration.ts';
import { authorization, clusterInput, nodeSpec } from './testing/inputs.ts';

interface Arg {
  name: string;
  value: string;
}

interface Component {
  extraArgs: Arg[];
  extraVolumes: { mountPath: string }[];
}

interface ClusterDocument {
  controlPlaneEndpoint: string;
  networking: object;
  apiServer: Component & { certSANs: string[] };
  controllerManager: Component;
  scheduler: Component;
  etcd: { local?: object; external?: object };
}

interface InitDocument {
  bootstrapTokens?: object[];
  nodeRegistration: { taints: object[]; kubeletExtraArgs: Arg[] };
}

function rendered(
  spec: Partial<Cluster['spec']> = {},
  rest: Partial<ClusterInput> = {},
  node = nodeSpec(),
  addresses = [node.ip],
) {
  const text = initConfiguration({ cluster: clusterInput(spec, rest), first: { node, addresses } });
  const [init, cluster, kubelet, proxy] = loadAll(text) as [InitDocument, ClusterDocument, object, object];
  const args = (list: Arg[]) => Object.fromEntries(list.map(({ name, value }) => [name, value]));
  return { text, init, cluster, kubelet, proxy, args };
}

describe('initConfiguration', () => {
  test('of a cluster that says nothing special', () => {
    expect(rendered({}, { authorization }).text).toBe(`apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 10.0.0.11
  bindPort: 6443
nodeRegistration:
  name: 10.0.0.11
  criSocket: unix:///run/containerd/containerd.sock
  taints:
    - key: node-role.kubernetes.io/control-plane
      effect: NoSchedule
  kubeletExtraArgs:
    - name: node-ip
      value: 10.0.0.11
    - name: node-labels
      value: platform.tkestack.io/machine-ip=10.0.0.11
  ignorePreflightErrors:
    - SystemVerification
    - Port-10250
    - DirAvailable--etc-kubernetes-manifests
    - FileAvailable--etc-kubernetes-bootstrap-kubelet.conf
    - FileAvailable--etc-kubernetes-pki-ca.crt
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: cls-a
kubernetesVersion: v1.36.3
controlPlaneEndpoint: api.tke.internal:6443
networking:
  dnsDomain: cluster.local
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.244.255.0/24
apiServer:
  certSANs:
    - 127.0.0.1
    - ::1
    - localhost
    - api.tke.internal
    - 10.0.0.11
  extraArgs:
    - name: audit-log-maxage
      value: '30'
    - name: audit-log-maxbackup
      value: '10'
    - name: audit-log-maxsize
      value: '100'
    - name: audit-log-path
      value: /var/log/kubernetes/audit/audit.log
    - name: audit-policy-file
      value: /etc/kubernetes/tke-audit/policy.yaml
    - name: authorization-config
      value: /etc/kubernetes/tke-authz/authorization-configuration.yaml
  extraVolumes:
    - name: tke-authz
      hostPath: /etc/kubernetes/tke-authz
      mountPath: /etc/kubernetes/tke-authz
      readOnly: true
      pathType: Directory
    - name: tke-audit
      hostPath: /etc/kubernetes/tke-audit
      mountPath: /etc/kubernetes/tke-audit
      readOnly: true
      pathType: Directory
    - name: tke-audit-log
      hostPath: /var/log/kubernetes/audit
      mountPath: /var/log/kubernetes/audit
      readOnly: false
      pathType: DirectoryOrCreate
controllerManager:
  extraArgs:
    - name: node-cidr-mask-size-ipv4
      value: '24'
  extraVolumes: []
scheduler:
  extraArgs: []
  extraVolumes: []
etcd:
  local:
    dataDir: /var/lib/etcd
    extraArgs:
      - name: quota-backend-bytes
        value: '6442450944'
    serverCertSANs:
      - etcd
      - etcd.kube-system
---
cgroupDriver: systemd
maxPods: 256
kubeReserved:
  cpu: 100m
  memory: 500Mi
systemReserved:
  cpu: 100m
  memory: 500Mi
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
---
mode: iptables
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
`);
  });

  test('a balancer is the way to the API servers, and in their certificates', () => {
    const { cluster } = rendered({
      features: { ha: { thirdParty: { vip: '10.0.0.100', vport: 8443 } } },
      publicAlternativeNames: ['API.example.com', '*.lab.example'],
    });
    expect(cluster.controlPlaneEndpoint).toBe('10.0.0.100:8443');
    expect(cluster.apiServer.certSANs).toEqual(
      expect.arrayContaining(['10.0.0.100', 'api.example.com', '*.lab.example', 'api.tke.internal']),
    );
  });

  test('an address of the balancer in IPv6 stands in brackets', () => {
    const { cluster } = rendered({ features: { ha: { thirdParty: { vip: 'fd00::100', vport: 8443 } } } });
    expect(cluster.controlPlaneEndpoint).toBe('[fd00::100]:8443');
  });

  test('a balancer with the port of the API servers has the name, so that hosts of the control plane may ask themselves', () => {
    const { cluster } = rendered({ features: { ha: { thirdParty: { vip: '10.0.0.100', vport: 6443 } } } });
    expect(cluster.controlPlaneEndpoint).toBe('api.tke.internal:6443');
    expect(cluster.apiServer.certSANs).toContain('10.0.0.100');
  });

  test('flags of spec win over ours', () => {
    const { cluster, args } = rendered({
      apiServerExtraArgs: { 'audit-log-maxage': '7', 'max-requests-inflight': '800' },
      controllerManagerExtraArgs: { 'node-cidr-mask-size-ipv4': '25' },
      schedulerExtraArgs: { v: '4' },
      etcd: {
        local: {
          dataDir: '/data/etcd',
          extraArgs: { 'quota-backend-bytes': '1' },
          serverCertSANs: ['etcd', 'db'],
          peerCertSANs: ['p'],
        },
      },
    });
    expect(args(cluster.apiServer.extraArgs)).toMatchObject({
      'audit-log-maxage': '7',
      'max-requests-inflight': '800',
    });
    expect(args(cluster.controllerManager.extraArgs)).toEqual({ 'node-cidr-mask-size-ipv4': '25' });
    expect(args(cluster.scheduler.extraArgs)).toEqual({ v: '4' });
    expect(cluster.etcd.local).toEqual({
      dataDir: '/data/etcd',
      extraArgs: [{ name: 'quota-backend-bytes', value: '1' }],
      serverCertSANs: ['etcd', 'etcd.kube-system', 'db'],
      peerCertSANs: ['p'],
    });
  });

  test('where spec says how requests are authorized, we do not: kube-apiserver accepts one way only', () => {
    const { cluster, args } = rendered(
      { apiServerExtraArgs: { 'authorization-mode': 'Node,RBAC' } },
      { authorization },
    );
    expect(args(cluster.apiServer.extraArgs)).not.toHaveProperty('authorization-config');
    const masks = rendered({ controllerManagerExtraArgs: { 'node-cidr-mask-size': '25' } }).cluster;
    expect(args(masks.controllerManager.extraArgs)).toEqual({ 'node-cidr-mask-size': '25' });
  });

  test('a step that is left out leaves nothing that needs it', () => {
    const { cluster } = rendered(
      { features: { skipConditions: ['EnsureAuditConfig', 'EnsureAuthzWebhook'] } },
      { authorization },
    );
    expect(cluster.apiServer.extraArgs).toEqual([]);
    expect(cluster.apiServer.extraVolumes).toEqual([]);
  });

  test('files that flags of spec name are mounted', () => {
    const { cluster } = rendered({
      apiServerExtraArgs: {
        'audit-policy-file': '/etc/kubernetes/tke-audit/policy.yaml',
        'encryption-provider-config': '/etc/kubernetes/enc/config.yaml',
        'oidc-ca-file': '/etc/kubernetes/pki/oidc-ca.crt',
        'etcd-prefix': '/registry',
      },
      schedulerExtraArgs: {
        config: '/etc/kubernetes/scheduler/config.yaml',
        'authorization-always-allow-paths': '/healthz,/readyz',
      },
    });
    const paths = (volumes: { mountPath: string }[]) => volumes.map(({ mountPath }) => mountPath);
    expect(paths(cluster.apiServer.extraVolumes)).toEqual([
      '/etc/kubernetes/tke-audit',
      '/var/log/kubernetes/audit',
      '/etc/kubernetes/enc',
    ]);
    expect(paths(cluster.scheduler.extraVolumes)).toEqual(['/etc/kubernetes/scheduler']);
  });

  test('an etcd of somebody else', () => {
    const external = {
      endpoints: ['https://10.0.0.9:2379'],
      caFile: '/etc/e/ca.crt',
      certFile: '/etc/e/c.crt',
      keyFile: '/etc/e/c.key',
    };
    expect(rendered({ etcd: { external } }).cluster.etcd).toEqual({ external });
  });

  test('dual stack', () => {
    const { init, cluster, args } = rendered(
      {
        clusterCIDR: '10.244.0.0/16,fd00:244::/56',
        serviceCIDR: '10.96.0.0/16,fd00:96::/112',
        features: { ipv6DualStack: true },
      },
      {},
      nodeSpec(),
      ['10.0.0.11', 'fd00::11'],
    );
    expect(cluster.networking).toMatchObject({
      podSubnet: '10.244.0.0/16,fd00:244::/56',
      serviceSubnet: '10.96.0.0/16,fd00:96::/112',
    });
    expect(args(cluster.controllerManager.extraArgs)).toEqual({
      'node-cidr-mask-size-ipv4': '24',
      'node-cidr-mask-size-ipv6': '72',
    });
    expect(args(init.nodeRegistration.kubeletExtraArgs)).toMatchObject({ 'node-ip': '10.0.0.11,fd00::11' });
  });

  test('labels that the kubelet may set are there when the node registers; those of kubeletExtraArgs stay', () => {
    const labels = {
      rack: 'a',
      'example.com/disk': 'ssd',
      'topology.kubernetes.io/zone': 'z1',
      'node.kubernetes.io/x': '1',
      'node-role.kubernetes.io/edge': '',
      'node-restriction.kubernetes.io/x': '1',
      'app.k8s.io/x': '1',
    };
    const { init, args } = rendered({ kubeletExtraArgs: { 'node-labels': 'own=1', v: '4' } }, {}, nodeSpec({ labels }));
    expect(args(init.nodeRegistration.kubeletExtraArgs)).toEqual({
      'node-ip': '10.0.0.11',
      'node-labels':
        'own=1,example.com/disk=ssd,node.kubernetes.io/x=1,platform.tkestack.io/machine-ip=10.0.0.11,rack=a,topology.kubernetes.io/zone=z1',
      v: '4',
    });
  });

  test('taints of spec, and that of the control plane unless pods may be there', () => {
    const node = nodeSpec({ taints: [{ key: 'gpu', value: 'a', effect: 'NoExecute' }] });
    const gpu = { key: 'gpu', value: 'a', effect: 'NoExecute' };
    expect(rendered({}, {}, node).init.nodeRegistration.taints).toEqual([
      gpu,
      { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
    ]);
    expect(rendered({ features: { enableMasterSchedule: true } }, {}, node).init.nodeRegistration.taints).toEqual([
      gpu,
    ]);
    // An absent list would make kubeadm add its own.
    expect(rendered({ features: { enableMasterSchedule: true } }).init.nodeRegistration.taints).toEqual([]);
  });

  test('configurations of kubelet and kube-proxy: members of spec win, null takes one away', () => {
    const { kubelet, proxy } = rendered({
      kubeletConfiguration: {
        apiVersion: 'x',
        cgroupDriver: 'cgroupfs',
        systemReserved: { cpu: '1' },
        kubeReserved: null,
        evictionHard: { 'nodefs.available': '0%' },
        failCgroupV1: false,
      },
      kubeProxyConfiguration: { conntrack: { maxPerCore: 0 }, mode: 'nftables' },
    });
    expect(kubelet).toEqual({
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      cgroupDriver: 'cgroupfs',
      maxPods: 256,
      systemReserved: { cpu: '1', memory: '500Mi' },
      evictionHard: { 'nodefs.available': '0%' },
      failCgroupV1: false,
    });
    expect(proxy).toMatchObject({ mode: 'nftables', conntrack: { maxPerCore: 0 } });
  });

  test.each([
    [{ ipvs: true }, { mode: 'ipvs' }],
    [{ kubeProxyMode: 'nftables' as const }, { mode: 'nftables' }],
    [
      { ipvs: true, ha: { thirdParty: { vip: '10.0.0.100', vport: 6443 } } },
      { mode: 'ipvs', ipvs: { excludeCIDRs: ['10.0.0.100/32'] } },
    ],
  ])('kube-proxy with features %j', (features, expected) => {
    expect(rendered({ features, serviceCIDR: '10.96.0.0/16' }).proxy).toMatchObject(expected);
  });

  test('tokens, where there are any', () => {
    const tokens = [{ token: 'abcdef.0123456789abcdef', ttl: '1m0s', description: 'd', usages: ['signing'] }];
    const text = initConfiguration({
      cluster: clusterInput(),
      first: { node: nodeSpec(), addresses: [] },
      bootstrapTokens: tokens,
    });
    expect((loadAll(text)[0] as InitDocument).bootstrapTokens).toEqual(tokens);
  });
});
