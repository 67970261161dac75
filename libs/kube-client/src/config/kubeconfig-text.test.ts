import { describe, expect, test } from '@jest/globals';

import { kubeconfigFromText } from './kubeconfig-text.ts';

const text = (user: string, cluster = '') => `
clusters: [{name: c, cluster: {server: "https://host:6443/path"${cluster}}}]
users: [{name: u, user: ${user}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`;
const origin = 'Secret a/b';

test('a text that holds everything itself is taken', () => {
  const user = '{token: t, as: alice, as-groups: [g], as-user-extra: {k: [v]}}';
  expect(kubeconfigFromText(text(user, ', certificate-authority-data: Y2E='), { origin })).toEqual({
    server: new URL('https://host:6443/path'),
    ca: { text: 'ca' },
    insecureSkipVerify: false,
    user: { type: 'stored', token: { text: 't' } },
    impersonate: { user: 'alice', groups: ['g'], extra: { k: ['v'] } },
  });
});

describe('what would make this machine run or read something is refused', () => {
  test.each([
    ['a program', text('{exec: {apiVersion: v1, command: /bin/sh, args: [hunter2]}}'), 'exec plugins are not run'],
    ['an auth-provider', text('{auth-provider: {name: gcp}}'), 'auth-provider plugins are not run'],
    ['a token file', text('{tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token}'), 'files are not read'],
    ['a certificate file', text('{client-certificate: /c, client-key: /k}'), 'files are not read'],
    ['a key file', text('{client-certificate-data: Yw==, client-key: /k}'), 'files are not read'],
    ['a CA file', text('{token: hunter2}', ', certificate-authority: /etc/shadow'), 'files are not read'],
  ])('%s', (_, kubeconfig, message) => {
    expect(() => kubeconfigFromText(kubeconfig, { origin })).toThrow(
      expect.objectContaining({
        code: 'InvalidConfiguration',
        class: 'NeedsUser',
        message: expect.stringMatching(new RegExp(`^Secret a/b: ${message}(?!.*hunter2)`)),
      }),
    );
  });
});

test('groups without a user to impersonate are refused: they would be dropped, and the credential have all its rights', () => {
  expect(() => kubeconfigFromText(text('{token: t, as-groups: [g]}'), { origin })).toThrow('need as');
});

test.each(['a: *hunter2', 'a: !!hunter2 x', '- [hunter2', 'users:\n- {token: hunter2\n- ['])(
  'no part of the text is told: %s',
  (broken) => {
    expect(() => kubeconfigFromText(broken, { origin })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  },
);
