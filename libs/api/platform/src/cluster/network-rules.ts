import type { ValidationRule } from '@tke/crd';

import { areCidrs, areDisjoint, isOnePerFamily } from '../ip.ts';
import { defaultMaxNodePodNum, prefixOfPods } from './properties.ts';

export const defaultClusterCIDR = '10.244.0.0/16';

/** CEL: what the rules are about. Imported clusters have a network already. */
const imported = "self.type == 'Imported'";
const pods = `(has(self.clusterCIDR) && self.clusterCIDR != '' ? self.clusterCIDR : '${defaultClusterCIDR}')`;
const services = 'self.serviceCIDR';
const noServices = `${imported} || !has(${services})`;
const dualStack = '(has(self.features) && has(self.features.ipv6DualStack) && self.features.ipv6DualStack)';
const maxPods = `(has(self.properties) && has(self.properties.maxNodePodNum) ? self.properties.maxNodePodNum : ${defaultMaxNodePodNum})`;
const ipvs =
  "(has(self.features) && ((has(self.features.ipvs) && self.features.ipvs) || (has(self.features.kubeProxyMode) && self.features.kubeProxyMode == 'ipvs')))";

// Only the first rule a value breaks shall speak: what is no CIDR makes the later ones true.

function wellFormed(field: string, exempt: string, list: string): readonly ValidationRule[] {
  return [
    {
      rule: `${exempt} || ${areCidrs(list)}`,
      message: `${field} must be a CIDR, or two with a comma between them: write it like 10.244.0.0/16 or 10.244.0.0/16,fd00:244::/56`,
      fieldPath: `.${field}`,
    },
    {
      rule: `${exempt} || !${areCidrs(list)} || ${isOnePerFamily(list, dualStack)}`,
      message: `${field} must be one CIDR, or one IPv4 and one IPv6 CIDR with features.ipv6DualStack: remove one, or set ipv6DualStack`,
      fieldPath: `.${field}`,
    },
  ];
}

function withoutMachines(field: string, exempt: string, list: string): ValidationRule {
  return {
    rule: `${exempt} || !has(self.machines) || !${areCidrs(list)} || ${list}.split(',').all(c, self.machines.all(m, !isIP(m.ip) || !cidr(c).containsIP(m.ip)))`,
    message: `${field} must not hold the address of a machine: choose a block that the network of the hosts does not use`,
    fieldPath: `.${field}`,
  };
}

const prefixes = Object.entries(prefixOfPods).map(([size, prefix]) => `${size}: ${prefix}`);

export const networkRules: readonly ValidationRule[] = [
  ...wellFormed('clusterCIDR', imported, pods),
  ...wellFormed('serviceCIDR', noServices, services),
  {
    rule: `${noServices} || !${areCidrs(pods)} || !${areCidrs(services)} || ${areDisjoint(pods, services)}`,
    message:
      'serviceCIDR must not overlap clusterCIDR (10.244.0.0/16 where it is absent): choose another block for one of them',
    fieldPath: '.serviceCIDR',
  },
  {
    rule: `${noServices} || !${areCidrs(services)} || ${services}.split(',').all(c, cidr(c).prefixLength() <= (cidr(c).ip().family() == 4 ? 28 : 124))`,
    message:
      'serviceCIDR must have at least 16 addresses, for the tenth is that of the DNS service: use a prefix of /28 (IPv6: /124) or shorter',
    fieldPath: '.serviceCIDR',
  },
  {
    rule: `${imported} || !${areCidrs(pods)} || !(${maxPods} in {${prefixes.join(', ')}}) || ${pods}.split(',').all(c, cidr(c).ip().family() == 6 || cidr(c).prefixLength() <= {${prefixes.join(', ')}}[${maxPods}])`,
    message:
      'clusterCIDR must hold at least one node with properties.maxNodePodNum pods (256 where it is absent): use a shorter prefix or a smaller maxNodePodNum',
    fieldPath: '.clusterCIDR',
  },
  withoutMachines('clusterCIDR', imported, pods),
  withoutMachines('serviceCIDR', noServices, services),
  {
    rule: `${noServices} || !has(self.properties) || !has(self.properties.maxClusterServiceNum)`,
    message:
      'properties.maxClusterServiceNum and serviceCIDR exclude each other: remove maxClusterServiceNum, the size of serviceCIDR says it',
    fieldPath: '.properties.maxClusterServiceNum',
    reason: 'FieldValueForbidden',
  },
  {
    rule: `${imported} || has(${services}) || !${ipvs}`,
    message: 'serviceCIDR is required with ipvs: give a block outside clusterCIDR, e.g. 10.96.0.0/16',
    fieldPath: '.serviceCIDR',
    reason: 'FieldValueRequired',
  },
];
