import { column, defineKind, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { wantedAddresses } from '../api-address.ts';
import { platformGroup } from '../group.ts';
import { maxCidrsLength } from '../ip.ts';
import { clusterCredentialRef, secretRef } from '../secret-ref.ts';
import { displayName, dnsLabel, finalizers, flags, tenantID, text, textMap } from '../text.ts';
import { bootstrapApps } from './bootstrap-apps.ts';
import { machines, scalingMachines } from './cluster-machine.ts';
import { etcd } from './etcd.ts';
import { features } from './features.ts';
import { networkRules } from './network-rules.ts';
import { properties } from './properties.ts';
import { specRules } from './spec-rules.ts';
import { clusterStatus } from './status.ts';
import { scalingRules, specTransitions, vendorRule } from './transition-rules.ts';

const args = (component: string, field: string) => s.optional(flags(`Flags of ${component}.`, field));
const cidrs = (description: string) =>
  s.optional(
    s.string(`${description} With features.ipv6DualStack one IPv4 and one IPv6 block with a comma between them.`, {
      maxLength: maxCidrsLength,
    }),
  );

const network = {
  networkType: s.optional(text('Kept for consoles and not interpreted.')),
  networkDevice: s.optional(
    s.string('Network device of the hosts that pods talk through. Absent: that of the default route.', {
      maxLength: 15,
      pattern: '^[A-Za-z0-9_.:@-]*$',
    }),
  ),
  clusterCIDR: cidrs('Block of addresses of pods. Absent: 10.244.0.0/16.'),
  serviceCIDR: cidrs('Block of addresses of services. Absent: the end of clusterCIDR.'),
  dnsDomain: s.optional(
    s.string('Domain of services. Absent: cluster.local.', {
      maxLength: 253,
      pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$',
    }),
  ),
  publicAlternativeNames: s.optional(
    s.list(
      'Further names and addresses in the certificate of the API server.',
      s.string('Address or name.', { maxLength: 253, pattern: '^[A-Za-z0-9*.:-]*$' }),
      { maxItems: 64 },
    ),
  ),
  networkArgs: s.optional(textMap('Parameters of the network of pods.', 'Value of the parameter.')),
};

const components = {
  dockerExtraArgs: s.optional(
    textMap('Accepted from TKEStack manifests and ignored: hosts run containerd.', 'Value of the flag.'),
  ),
  kubeletExtraArgs: args('the kubelet', 'kubeletExtraArgs'),
  apiServerExtraArgs: args('kube-apiserver', 'apiServerExtraArgs'),
  controllerManagerExtraArgs: args('kube-controller-manager', 'controllerManagerExtraArgs'),
  schedulerExtraArgs: args('kube-scheduler', 'schedulerExtraArgs'),
  kubeletConfiguration: s.optional(s.preserveUnknown('Merged into the KubeletConfiguration of every node.')),
  kubeProxyConfiguration: s.optional(s.preserveUnknown('Merged into the KubeProxyConfiguration.')),
};

const access = {
  addresses: s.optional(wantedAddresses),
  clusterCredentialRef: s.optional(clusterCredentialRef),
  credentialSecretRef: s.optional(
    secretRef('Secret with the key kubeconfig, or with those of token, ca.crt, tls.crt, tls.key that are needed.'),
  ),
};

const spec = s.object(
  'What the cluster shall be.',
  {
    finalizers: s.optional(finalizers),
    tenantID: s.optional(tenantID),
    displayName: s.optional(displayName),
    type: s.oneOf(
      'Baremetal: built here over SSH. Edge: the same for hosts far away. Imported: run by somebody else.',
      ['Baremetal', 'Edge', 'Imported'],
    ),
    version: s.optional(text('Version of Kubernetes, e.g. 1.34.2. Absent: the newest there is.', 64)),
    ...network,
    features: s.optional(features),
    properties: s.optional(properties),
    machines: s.optional(machines),
    scalingMachines: s.optional(scalingMachines),
    ...components,
    ...access,
    etcd: s.optional(etcd),
    hostnameAsNodename: s.optional(s.boolean('Nodes are named after the host name, not after the address.')),
    bootstrapApps: s.optional(bootstrapApps),
    appVersion: s.optional(text('Version of the components as a whole. Kept for consoles.')),
    clusterLevel: s.optional(text('Size class of the cluster. Kept for consoles.')),
    deletionPolicy: s.optional(
      s.oneOf(
        'Destroy: hosts are reset when the Cluster is deleted. Detach: the cluster goes on without the platform. Absent: Detach for imported clusters, Destroy for others.',
        ['Destroy', 'Detach'],
      ),
    ),
  },
  { rules: [...specRules, ...networkRules, ...specTransitions] },
);

export const cluster = defineKind({
  ...platformGroup,
  kind: 'Cluster',
  description: 'A Kubernetes cluster: built on hosts over SSH, or imported.',
  namespaced: false,
  shortNames: ['cls'],
  name: dnsLabel('cls- and letters and digits; other objects refer to it.'),
  properties: { spec },
  status: clusterStatus,
  columns: [
    column('Type', '.spec.type'),
    column('Version', '.status.version'),
    column('Phase', '.status.phase'),
    column('Step', '.status.step'),
    column('Display', '.spec.displayName', { priority: 1 }),
    column('Tenant', '.spec.tenantID', { priority: 1 }),
    column('Nodes', '.status.nodes.total', { type: 'integer', priority: 1 }),
    column('Seen', '.status.lastSeen', { type: 'date', priority: 1 }),
    column('Certificates', '.status.certificatesExpireAt', { priority: 1 }),
    column('Message', '.status.conditions[?(@.type=="Ready")].message', { priority: 1 }),
  ],
  selectableFields: [
    ...['.spec.tenantID', '.spec.version', '.spec.type'],
    ...['.status.locked', '.status.version', '.status.phase'],
  ],
  rules: [
    {
      rule: "self.metadata.name == 'global' || self.metadata.name.matches('^cls-[a-z0-9]+$')",
      message:
        'metadata.name must be global, or cls- and lower-case letters and digits: rename the cluster, or set metadata.generateName to cls-',
      fieldPath: '.metadata.name',
    },
    ...scalingRules,
    vendorRule,
  ],
});

export type Cluster = ObjectOf<typeof cluster>;
