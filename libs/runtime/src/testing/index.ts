export { cacheOf } from './cache-of.ts';
