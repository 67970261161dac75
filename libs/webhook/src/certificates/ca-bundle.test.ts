import { describe, expect, test } from '@jest/globals';
import { coreKinds, type WebhookConfiguration } from '@tke/meta';

import { bundleOperations, publishedAuthorities } from './ca-bundle.ts';

const pem = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

function configuration(bundles: (string | undefined)[], annotations?: Record<string, string>): WebhookConfiguration {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: coreKinds.validatingWebhookConfiguration.kind,
    metadata: { name: 'tke', resourceVersion: '7', ...(annotations && { annotations }) },
    webhooks: bundles.map((caBundle, index) => ({
      name: `w${index}.tkestack.io`,
      clientConfig: { url: 'https://127.0.0.1:1/', ...(caBundle !== undefined && { caBundle }) },
    })),
  };
}

describe('bundleOperations', () => {
  test('touches only the webhooks that differ, and only at the version that was read', () => {
    expect(bundleOperations(configuration(['new', 'old', undefined]), 'new')).toEqual([
      { op: 'test', path: '/metadata/resourceVersion', value: '7' },
      { op: 'add', path: '/webhooks/1/clientConfig/caBundle', value: 'new' },
      { op: 'add', path: '/webhooks/2/clientConfig/caBundle', value: 'new' },
    ]);
  });

  test('is empty when all is as wanted, and where there is no webhook', () => {
    expect(bundleOperations(configuration(['new', 'new']), 'new')).toEqual([]);
    expect(bundleOperations(configuration([]), 'new')).toEqual([]);
  });

  test.each(['inject-ca-from', 'inject-ca-from-secret', 'inject-apiserver-ca'])(
    'leaves cert-manager.io/%s to cainjector',
    (name) => {
      expect(bundleOperations(configuration(['old'], { [`cert-manager.io/${name}`]: 'x' }), 'new')).toEqual([]);
    },
  );
});

test('publishedAuthorities reads each CA once, from all webhooks', () => {
  const bundles = [base64(pem('AA==') + pem('BB==')), base64(pem('BB==')), undefined, 'no base64 of a certificate'];
  expect(publishedAuthorities(configuration(bundles))).toEqual([pem('AA=='), pem('BB==')]);
});
