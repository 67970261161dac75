import { expect, test } from '@jest/globals';

import { authorizationConfiguration, hasAuthorizationConfiguration } from './authorization-configuration.ts';

const cases: [kubernetes: string, apiVersion: string, keepsAnswers: boolean][] = [
  ['1.30', 'apiserver.config.k8s.io/v1beta1', true],
  ['v1.31.4', 'apiserver.config.k8s.io/v1beta1', true],
  ['1.32', 'apiserver.config.k8s.io/v1', true],
  ['v1.33.9-eks-1', 'apiserver.config.k8s.io/v1', true],
  ['1.34', 'apiserver.config.k8s.io/v1', false],
  ['v1.36.3', 'apiserver.config.k8s.io/v1', false],
];

test.each(cases)('%s', (kubernetes, apiVersion, keepsAnswers) => {
  const configuration = authorizationConfiguration({ kubeConfigFile: '/a', kubernetes });
  expect(configuration.apiVersion).toBe(apiVersion);
  expect(JSON.stringify(configuration).includes('cacheAuthorizedRequests')).toBe(!keepsAnswers);
  expect(hasAuthorizationConfiguration(kubernetes)).toBe(true);
});

test.each(['1.28', 'v1.29.15', 'unknown'])('%s takes none', (kubernetes) => {
  expect(hasAuthorizationConfiguration(kubernetes)).toBe(false);
});

test('the webhook comes last, fails closed and is not asked about system: users', () => {
  const { authorizers } = authorizationConfiguration({ kubeConfigFile: '/a', kubernetes: '1.36' });
  expect(authorizers).toMatchObject([
    { type: 'Node' },
    { type: 'RBAC' },
    {
      type: 'Webhook',
      webhook: { failurePolicy: 'Deny', matchConditions: [{ expression: "!request.user.startsWith('system:')" }] },
    },
  ]);
});

test('another kubeconfig makes another configuration, which means the same', () => {
  const of = (revision: string) =>
    JSON.stringify(authorizationConfiguration({ kubeConfigFile: '/a', kubernetes: '1.36', revision }));
  expect(of('a')).not.toBe(of('b'));
  expect(of('a').replace(' // a', '')).toBe(of('b').replace(' // b', ''));
});
