import { s } from '@tke/crd';

import { observedAddresses } from '../api-address.ts';
import { conditions } from '../status/conditions.ts';
import { hostFields } from '../status/host.ts';
import { locked, summaryFields } from '../status/legacy.ts';
import { planFields } from '../status/plan.ts';
import { text } from '../text.ts';

const phases = [
  ...['Initializing', 'Waiting', 'Running', 'Failed', 'Confined', 'Idling'],
  ...['Upgrading', 'Terminating', 'Upscaling', 'Downscaling', 'Recovering'],
] as const;

const vendors = ['', 'TKE', 'OpenShift', 'AKS', 'EKS', 'GKE', 'ICP', 'IKS', 'OpenShiftDedicated', 'Other'] as const;

const count = (description: string) => s.integer(description, { format: 'int32' });
const resources = (description: string) => s.optional(s.map(description, s.quantity('Quantity.')));

const component = s.object('A component of the control plane.', {
  type: text('Name of the component.'),
  replicas: s.object('How many of it there are.', {
    desired: count('Wanted.'),
    current: count('There.'),
    available: count('Ready.'),
    updated: count('Of the wanted version.'),
  }),
});

const host = s.object('A host of the control plane.', { ip: text('Address of the host.', 45), ...hostFields });

const certificate = s.object('A certificate the cluster lives by.', {
  name: text('What it is for, e.g. apiserver.'),
  notAfter: s.timestamp('When it ends.'),
  renewAt: s.optional(s.timestamp('When the platform renews it; absent for what is renewed by others.')),
});

/** What TKEStack's status has. */
const inherited = {
  ...summaryFields,
  locked,
  version: s.optional(text('Version the API server says it has.', 64)),
  addresses: s.optional(observedAddresses),
  resource: s.optional(
    s.object('Resources of all nodes.', {
      capacity: resources('What there is.'),
      allocatable: resources('What pods may use.'),
      allocated: resources('What pods have asked for.'),
    }),
  ),
  components: s.optional(s.list('Components of the control plane.', component)),
  serviceCIDR: s.optional(text('Block of addresses of services.')),
  secondaryServiceCIDR: s.optional(text('That of the other family.')),
  clusterCIDR: s.optional(text('Block of addresses of pods.')),
  secondaryClusterCIDR: s.optional(text('That of the other family.')),
  nodeCIDRMaskSize: s.optional(count('Prefix of the block of a node.')),
  nodeCIDRMaskSizeIPv4: s.optional(count('The same for IPv4, in dual stack.')),
  nodeCIDRMaskSizeIPv6: s.optional(count('The same for IPv6, in dual stack.')),
  dnsIP: s.optional(text('Address of the DNS service.')),
  registryIPs: s.optional(s.list('Addresses of the registry.', text('Address.'))),
  kubeVendor: s.optional(s.oneOf('Who made this Kubernetes, as its version tells.', vendors)),
  appVersion: s.optional(text('Version of the components as a whole.')),
  clusterLevel: s.optional(text('Size class of the cluster.')),
  componentPhase: s.optional(s.oneOf('How far the components are.', ['deployed', 'pending-upgrade', 'failed'])),
};

export const clusterStatus = {
  ...inherited,
  ...planFields,
  conditions,
  phase: s.optional(s.oneOf('Derived from conditions, for printing only.', phases)),
  builtVersion: s.optional(
    text('Version of Kubernetes it is built with, also where spec.version is absent. Its machines join with it.', 64),
  ),
  uid: s.optional(text('UID of the namespace kube-system: what the cluster is told from others by.', 64)),
  lastSeen: s.optional(s.timestamp('When the API server last answered.')),
  nodes: s.optional(s.object('Nodes of the cluster.', { total: count('All.'), ready: count('Ready ones.') })),
  certificates: s.optional(s.listByKey('Certificates and when they end.', certificate, ['name'])),
  certificatesExpireAt: s.optional(s.timestamp('When the first of them ends.')),
  certificatesRenewedAt: s.optional(s.timestamp('Begin of the last renewal that came to its end.')),
  hosts: s.optional(s.listByKey('Hosts of the control plane, as they were found.', host, ['ip'], { maxItems: 64 })),
};
