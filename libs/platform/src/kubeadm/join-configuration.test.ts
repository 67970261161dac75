import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';

import { discoveryKubeconfig, joinConfiguration } from './join-configuration.ts';
import { clusterInput, nodeSpec } from './testing/inputs.ts';

describe('joinConfiguration', () => {
  test('of a worker', () => {
    const node = nodeSpec({
      ip: '10.0.0.12',
      role: 'Worker',
      labels: { rack: 'a' },
      taints: [{ key: 'gpu', effect: 'NoSchedule' }],
    });
    expect(joinConfiguration(clusterInput(), { node, addresses: ['10.0.0.12'] }))
      .toBe(`apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
discovery:
  file:
    kubeConfigPath: /dev/stdin
nodeRegistration:
  name: 10.0.0.12
  criSocket: unix:///run/containerd/containerd.sock
  taints:
    - key: gpu
      effect: NoSchedule
  kubeletExtraArgs:
    - name: node-ip
      value: 10.0.0.12
    - name: node-labels
      value: platform.tkestack.io/machine-ip=10.0.0.12,rack=a
  ignorePreflightErrors:
    - SystemVerification
    - Port-10250
    - DirAvailable--etc-kubernetes-manifests
    - FileAvailable--etc-kubernetes-bootstrap-kubelet.conf
    - FileAvailable--etc-kubernetes-pki-ca.crt
`);
  });

  test('of a further host of the control plane', () => {
    const node = nodeSpec({ ip: '10.0.0.13', name: 'm3' });
    expect(load(joinConfiguration(clusterInput(), { node, addresses: ['10.0.0.13'] }))).toMatchObject({
      controlPlane: { localAPIEndpoint: { advertiseAddress: '10.0.0.13', bindPort: 6443 } },
      nodeRegistration: {
        name: 'm3',
        taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
      },
    });
  });
});

test('the kubeconfig for discovery has authority and token inside', () => {
  const text = discoveryKubeconfig({ endpoint: 'api.tke.internal:6443', ca: 'CA', token: 'abcdef.0123456789abcdef' });
  expect(load(text)).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'tke-join', cluster: { server: 'https://api.tke.internal:6443', 'certificate-authority-data': 'Q0E=' } },
    ],
    users: [{ name: 'tke-join', user: { token: 'abcdef.0123456789abcdef' } }],
    contexts: [{ name: 'tke-join', context: { cluster: 'tke-join', user: 'tke-join' } }],
    'current-context': 'tke-join',
  });
});
