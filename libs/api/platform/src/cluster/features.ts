import { s } from '@tke/crd';
import type { Infer } from '@tke/crd';

import { port } from '../port.ts';
import { text } from '../text.ts';
import { ha } from './high-availability.ts';
import { files, hookRunsFile, hooks } from './hooks.ts';

const flag = (description: string) => s.optional(s.boolean(description));

const authzWebhookAddr = s.object(
  'The authorization webhook that the API servers ask.',
  {
    builtin: s.optional(s.object('That of the platform.', {})),
    external: s.optional(
      s.object('Another one.', {
        ip: s.string('Its address or name.', { minLength: 1, maxLength: 253, pattern: '^[A-Za-z0-9.:-]+$' }),
        port: port('Its port.'),
      }),
    ),
  },
  {
    rules: [
      {
        rule: '!has(self.builtin) || !has(self.external)',
        message: 'authzWebhookAddr must not have both builtin and external: keep one',
      },
    ],
  },
);

const strategy = s.object(
  'How careful upgrades of nodes are.',
  {
    maxUnready: s.optional(s.intOrString('Number or percentage of pods that may be unready. Absent: 0.')),
    drainNodeBeforeUpgrade: flag('Moves pods away from a node before it is upgraded.'),
  },
  {
    rules: [
      {
        rule: "!has(self.maxUnready) || (type(self.maxUnready) == int ? self.maxUnready >= 0 : string(self.maxUnready).matches('^([0-9]{1,6}|[0-9]{1,2}%|100%)$'))",
        message: 'maxUnready must be a number from 0 or a percentage up to 100%: write it like 3 or 10%',
        fieldPath: '.maxUnready',
      },
    ],
  },
);

const upgrade = s.object('How nodes are upgraded after the control plane.', {
  mode: s.optional(
    s.oneOf('Auto, or empty: one after the other. Manual: those with the label willUpgrade.', ['', 'Auto', 'Manual']),
  ),
  strategy: s.optional(strategy),
});

const csiOperator = s.object('Wants the operator of storage drivers in the cluster. Nothing acts on it yet.', {
  version: s.optional(s.oneOf('Its version. Absent or empty: the newest.', ['', 'v1.0.2'])),
});

export const features = s.object(
  'What the cluster is made with.',
  {
    ipvs: flag('kube-proxy in mode ipvs, as kubeProxyMode says too. Needs serviceCIDR.'),
    kubeProxyMode: s.optional(s.oneOf('How kube-proxy works. Absent: iptables.', ['iptables', 'ipvs', 'nftables'])),
    publicLB: flag('The cluster has a balancer in the internet.'),
    internalLB: flag('The cluster has a balancer in its own network.'),
    gpuType: s.optional(s.oneOf('Physical: whole cards. Virtual: shares of cards.', ['Physical', 'Virtual'])),
    enableMasterSchedule: flag('Pods may run on the hosts of the control plane.'),
    ha: s.optional(ha),
    skipConditions: s.optional(s.list('Names of steps that are left out.', text('Name of a step.'), { maxItems: 128 })),
    files: s.optional(files),
    hooks: s.optional(hooks),
    csiOperator: s.optional(csiOperator),
    authzWebhookAddr: s.optional(authzWebhookAddr),
    enableMetricsServer: flag('Puts metrics-server into the cluster.'),
    ipv6DualStack: flag('clusterCIDR and serviceCIDR may name one block of each family.'),
    enableCilium: flag('Uses Cilium as the network of pods.'),
    containerRuntime: s.optional(
      s.oneOf('containerd, also where docker is written: the kubelet has not spoken to docker since 1.24.', [
        '',
        'containerd',
        'docker',
      ]),
    ),
    upgrade: s.optional(upgrade),
  },
  {
    rules: [
      hookRunsFile,
      {
        rule: "!has(self.ipvs) || !self.ipvs || !has(self.kubeProxyMode) || self.kubeProxyMode == 'ipvs'",
        message: 'kubeProxyMode must be ipvs where ipvs is true: take ipvs away, or set kubeProxyMode to ipvs',
        fieldPath: '.kubeProxyMode',
      },
    ],
  },
);

export type ClusterFeatures = Infer<typeof features>;
