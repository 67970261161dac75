import { s } from '@tke/crd';

import { conditions } from '../status/conditions.ts';
import { hostFields } from '../status/host.ts';
import { locked, summaryFields } from '../status/legacy.ts';
import { planFields } from '../status/plan.ts';
import { text } from '../text.ts';

const phases = ['Initializing', 'Running', 'Failed', 'Upgrading', 'Terminating'] as const;

const address = s.object('An address of the node.', {
  type: s.oneOf('Kind of the address.', ['Hostname', 'ExternalIP', 'InternalIP', 'ExternalDNS', 'InternalDNS']),
  address: text('The address.'),
});

const info = (description: string) => s.optional(text(description));

const machineInfo = s.object('What the node says about itself.', {
  machineID: info('Machine id.'),
  systemUUID: info('System UUID.'),
  bootID: info('Boot id.'),
  kernelVersion: info('Release of the kernel.'),
  osImage: info('Distribution.'),
  containerRuntimeVersion: info('Container runtime and its version.'),
  kubeletVersion: info('Version of the kubelet.'),
  kubeProxyVersion: info('Version of kube-proxy.'),
  operatingSystem: info('Operating system.'),
  architecture: info('Architecture.'),
});

const blocked = s.object('A pod that does not go.', {
  namespace: text('Its namespace.'),
  name: text('Its name.'),
  reason: text('Why, e.g. the name of the PodDisruptionBudget.', 1024),
});

const drain = s.object('How far the eviction of pods is.', {
  startedAt: s.timestamp('When it began.'),
  deadline: s.optional(s.timestamp('When it is given up.')),
  remaining: s.integer('Number of pods that are still there.', { format: 'int32' }),
  blocked: s.optional(s.list('Pods that do not go.', blocked, { maxItems: 32 })),
});

export const machineStatus = {
  ...summaryFields,
  ...planFields,
  ...hostFields,
  conditions,
  phase: s.optional(s.oneOf('Derived from conditions, for printing only.', phases)),
  locked,
  addresses: s.optional(s.list('Addresses of the node.', address)),
  machineInfo: s.optional(machineInfo),
  nodeName: s.optional(text('Name of the Node.')),
  drain: s.optional(drain),
};
