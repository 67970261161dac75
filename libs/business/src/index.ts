export type { BusinessDependencies } from './dependencies.ts';
