import { immutable, immutableOnceSet } from '@tke/crd';
import type { ValidationRule } from '@tke/crd';

import { defaultClusterCIDR } from './network-rules.ts';

const imported = "self.type == 'Imported'";

/** A built cluster keeps the text it was made with; an absent or empty one stands for `fallback`. */
function builtWith(field: string, fallback = ''): ValidationRule {
  const value = (object: string) =>
    `(has(${object}.${field}) && ${object}.${field} != '' ? ${object}.${field} : '${fallback}')`;
  return kept(field, value);
}

/** The same of a map. */
function builtWithMap(field: string): ValidationRule {
  return kept(field, (object) => `(has(${object}.${field}) ? ${object}.${field} : {})`);
}

/** The same of a text two levels down: what a reset removes must be what was made. */
function builtWithMember(field: string, member: string, leaf: string): ValidationRule {
  const path = `${field}.${member}.${leaf}`;
  return kept(
    path,
    (object) =>
      `(has(${object}.${field}) && has(${object}.${field}.${member}) && has(${object}.${path}) ? ${object}.${path} : '')`,
  );
}

function kept(field: string, value: (object: string) => string): ValidationRule {
  return {
    rule: `${imported} || ${value('self')} == ${value('oldSelf')}`,
    message: `${field} of a cluster that is built here cannot be changed: put the old value back, or create another cluster`,
    fieldPath: `.${field}`,
  };
}

const extraArgs = [
  'dockerExtraArgs',
  'kubeletExtraArgs',
  'apiServerExtraArgs',
  'controllerManagerExtraArgs',
  'schedulerExtraArgs',
];

/** Rules over the old and the new spec. */
export const specTransitions: readonly ValidationRule[] = [
  immutable('type'),
  immutableOnceSet('tenantID'),
  builtWith('clusterCIDR', defaultClusterCIDR),
  builtWith('serviceCIDR'),
  builtWith('dnsDomain', 'cluster.local'),
  builtWith('networkDevice'),
  ...extraArgs.map(builtWithMap),
  builtWithMember('etcd', 'local', 'dataDir'),
];

const old = 'oldSelf.spec.machines';
const now = 'self.spec.machines';
const among = (one: string, other: string) => `${one}.all(a, ${other}.exists(b, a.ip == b.ip))`;

// Until a cluster has answered once, an address that was mistyped can be corrected.
const free =
  "self.spec.type == 'Imported' || !has(oldSelf.status) || !has(oldSelf.status.version) || oldSelf.status.version == '' || !has(oldSelf.spec.machines) || !has(self.spec.machines)";

/** Rules over the control plane of a cluster that runs. They look at status, and so stand on the whole object. */
export const scalingRules: readonly ValidationRule[] = [
  {
    rule: `${free} || ${now}.size() == ${old}.size() || (has(self.spec.features) && has(self.spec.features.ha) && (has(self.spec.features.ha.tke) || has(self.spec.features.ha.thirdParty)))`,
    message:
      'machines of a running cluster can be added and removed with features.ha only: clients need an address that outlives the hosts',
    fieldPath: '.spec.machines',
  },
  {
    rule: `${free} || ${among(old, now)} || ${among(now, old)}`,
    message: 'machines must not be added and removed at once: add first, and remove when the cluster is Ready',
    fieldPath: '.spec.machines',
  },
  {
    rule: `${free} || ${old}.size() == 0 || ${now}.exists(m, m.ip == ${old}[0].ip)`,
    message: 'machines must keep the first one, which the cluster was made on: put it back',
    fieldPath: '.spec.machines',
  },
];

const versioned =
  "self.spec.type == 'Imported' || !has(self.spec.version) || self.spec.version == '' || (has(oldSelf.spec.version) && self.spec.version == oldSelf.spec.version) || !has(oldSelf.status) || !has(oldSelf.status.kubeVendor) || oldSelf.status.kubeVendor == ''";
const vendor = 'oldSelf.status.kubeVendor';
const wanted = 'self.spec.version.lowerAscii()';

/** A build of one vendor is not upgraded with that of another. */
export const vendorRule: ValidationRule = {
  rule: `${versioned} || (${vendor} == 'TKE' && ${wanted}.contains('tke')) || (${vendor} == 'Other' && !${wanted}.matches('iks|eks|gke|icp'))`,
  message:
    'version must be of the vendor in status.kubeVendor: TKE builds follow TKE builds, TKE and plain builds follow plain ones, others are upgraded by their vendor',
  fieldPath: '.spec.version',
};
