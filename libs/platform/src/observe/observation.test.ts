import { expect, test } from '@jest/globals';

import { FakeClock } from '@tke/time';

import { kubeVendor } from './kube-vendor.ts';
import { withCertificates, withObservation } from './observation.ts';

const clock = new FakeClock(Date.parse('2026-05-01T00:00:00Z'));
const connected = { type: 'Connected', status: 'True', reason: 'Answers', message: 'yes' } as const;

test('what was found out takes the place of what was known, and leaves the rest', () => {
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'Succeeded',
    message: '',
    lastTransitionTime: 'before',
  } as const;
  const status = { resource: { capacity: { cpu: '1' }, allocated: { cpu: '0' } }, conditions: [ready] };
  const fields = { version: '1.36.0', resource: { capacity: { cpu: '2' } } };
  const observed = withObservation(status, { fields, conditions: [connected] }, { generation: 3, clock });
  expect(observed).toEqual({
    version: '1.36.0',
    resource: { capacity: { cpu: '2' }, allocated: { cpu: '0' } },
    conditions: [ready, { ...connected, observedGeneration: 3, lastTransitionTime: '2026-05-01T00:00:00Z' }],
  });
});

test('where nothing was found out nothing changes', () => {
  expect(withObservation({}, { fields: {}, conditions: [] }, { generation: 1, clock })).toEqual({});
});

test.each([
  ['v1.30.0-tke.14', 'TKE'],
  ['v1.34.1-eks-3025e55', 'EKS'],
  ['v1.33.2-gke.1240000', 'GKE'],
  ['v1.32.1+IKS', 'IKS'],
  ['v1.36.3', 'Other'],
])('%s is of %s', (version, vendor) => {
  expect(kubeVendor(version)).toBe(vendor);
});

test('certificates of hosts take the place of those told of the same hosts, beside all others', () => {
  const entry = (name: string, day: number) => ({ name, notAfter: `2027-01-0${day}T00:00:00Z` });
  const certificates = [entry('client', 3), entry('apiserver on 10.0.0.1', 1), entry('apiserver on 10.0.0.2', 4)];
  expect(withCertificates({ certificates }, [entry('etcd-peer on 10.0.0.1', 2)])).toEqual({
    certificates: [entry('client', 3), entry('apiserver on 10.0.0.2', 4), entry('etcd-peer on 10.0.0.1', 2)],
    certificatesExpireAt: '2027-01-02T00:00:00Z',
  });
  expect(withCertificates({}, [])).toEqual({});
});
