import { expect, test } from '@jest/globals';
import { singularOf } from './singular.ts';

test.each([
  ['pods', 'pod'],
  ['policies', 'policy'],
  ['ingresses', 'ingress'],
  ['statuses', 'status'],
  ['componentstatuses', 'componentstatus'],
  ['categories', 'category'],
  ['localidentities', 'localidentity'],
  ['registries', 'registry'],
  ['leases', 'lease'],
  ['meshes', 'mesh'],
  ['galaxies', 'galaxy'],
  ['endpoints', 'endpoint'],
  ['endpointslices', 'endpointslice'],
  ['storageclasses', 'storageclass'],
  ['ipaddresses', 'ipaddress'],
  ['csistoragecapacities', 'csistoragecapacity'],
  ['apiservices', 'apiservice'],
  ['databases', 'database'],
  // Words that are singular already.
  ['status', 'status'],
  ['portal', 'portal'],
  ['apply', 'apply'],
  ['ingress', 'ingress'],
  // Kept as TKEStack's inflector made them: policies may spell them so.
  ['prometheuses', 'prometheuse'],
  ['caches', 'cach'],
  ['bases', 'basis'],
  ['data', 'datum'],
  // Not kept: it said coredn, and no policy does.
  ['coredns', 'coredns'],
])('%s: %s', (plural, singular) => {
  expect(singularOf(plural)).toBe(singular);
});
