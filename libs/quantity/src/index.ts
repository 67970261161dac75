export { exactList, formatExactly, limitsOf } from './exact.ts';
export { percentOf } from './percent.ts';
export { formatQuantity, parseQuantity } from './quantity.ts';
export type { Nanos } from './quantity.ts';
export { amountsOf, most, resourceList, sum } from './resource-list.ts';
export type { Amounts, ResourceList } from './resource-list.ts';
