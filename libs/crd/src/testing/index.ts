export { GroupCluster, readyCondition } from './group-cluster.ts';
export type { WrittenObject } from './group-cluster.ts';
export { authored, Originals, originalsApply } from './originals.ts';
export { selectedBy, servedKinds, unobservedObjects } from './served-kinds.ts';
export type { ExplainedField } from './served-kinds.ts';
