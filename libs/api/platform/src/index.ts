export { cronHPA } from './addon/cron-hpa.ts';
export type { CronHPA } from './addon/cron-hpa.ts';
export { csiOperator } from './addon/csi-operator.ts';
export type { CSIOperator } from './addon/csi-operator.ts';
export { persistentEvent } from './addon/persistent-event.ts';
export type { PersistentBackEnd, PersistentEvent } from './addon/persistent-event.ts';
export { tappController } from './addon/tapp-controller.ts';
export type { TappController } from './addon/tapp-controller.ts';
export type { APIAddress } from './api-address.ts';
export { clusterCredential } from './cluster-credential.ts';
export type { ClusterCredential } from './cluster-credential.ts';
export type { ClusterMachine } from './cluster/cluster-machine.ts';
export { cluster } from './cluster/cluster.ts';
export type { Cluster } from './cluster/cluster.ts';
export type { ClusterFeatures } from './cluster/features.ts';
export { defaultClusterCIDR } from './cluster/network-rules.ts';
export { platformKinds, tenantPlatformKinds } from './kinds.ts';
export { machine } from './machine/machine.ts';
export type { Machine } from './machine/machine.ts';
export { clusterNameLabel, needUpgradeLabel, renewAnnotation, retryAnnotation, secretTenantLabel } from './names.ts';
export type { Taint } from './node.ts';
export { registry } from './registry.ts';
export type { Registry } from './registry.ts';
export type { SecretRef } from './secret-ref.ts';
export type { SshLogin } from './ssh/login.ts';
export type { SshProxy } from './ssh/proxy.ts';
export type { HostFacts } from './status/host.ts';
export { planFields, planLimits } from './status/plan.ts';
export type {
  JournalEntry,
  Leftover,
  PlanFailure,
  PlanOperation,
  PlanStatus,
  PreflightProblem,
} from './status/plan.ts';
