import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { temporaryFolder } from '../testing/client.ts';
import { loadConfig, type ConfigSelection } from './load-config.ts';

const minimal = (server: string, user = '{}') => `
clusters: [{name: c, cluster: {server: "${server}"}}]
users: [{name: u, user: ${user}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`;

/** Loads in a home of its own that holds `files`. */
async function load(files: Record<string, string>, selection: ConfigSelection = {}, env: Record<string, string> = {}) {
  await using folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true });
    await writeFile(join(folder.path, name), text);
  }
  const inFolder = (text: string) => text.replaceAll('~', folder.path);
  const kubeconfig = selection.kubeconfig && inFolder(selection.kubeconfig);
  const host = {
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, inFolder(value)])),
    home: folder.path,
    serviceAccount: '/sa',
  };
  const config = await loadConfig({ ...selection, ...(kubeconfig && { kubeconfig }) }, host);
  return JSON.parse(JSON.stringify(config).replaceAll(folder.path, '~')) as typeof config;
}

describe('where the configuration is looked for', () => {
  const home = { '.kube/config': minimal('https://home') };
  const pod = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };

  test('the path given goes before $KUBECONFIG, that before ~/.kube/config, that before the pod', async () => {
    const files = { ...home, a: minimal('https://a'), b: minimal('https://b') };
    const env = { ...pod, KUBECONFIG: '~/b' };
    expect(await load(files, { kubeconfig: '~/a' }, env)).toMatchObject({ server: 'https://a/' });
    expect(await load(files, {}, env)).toMatchObject({ server: 'https://b/' });
    expect(await load(files, {}, pod)).toMatchObject({ server: 'https://home/' });
    expect(await load({}, {}, pod)).toEqual({
      server: 'https://[fd00::1]/',
      ca: { path: '/sa/ca.crt' },
      insecureSkipVerify: false,
      user: { type: 'stored', token: { path: '/sa/token' } },
    });
  });

  test('of several files the first wins, and files that are not there are passed over', async () => {
    const files = {
      a: 'contexts: [{name: mine, context: {cluster: c, user: u}}]\ncurrent-context: mine',
      b: minimal('https://b', '{token: from-b}'),
      c: minimal('https://c', '{token: from-c}'),
    };
    const env = { KUBECONFIG: '~/a:~/missing:~/b:~/c' };
    const expected = { server: 'https://b/', user: { token: { text: 'from-b' } } };
    expect(await load(files, {}, env)).toMatchObject(expected);
    expect(await load(files, { context: 'x' }, env)).toMatchObject(expected);
  });

  test('nothing anywhere is said', async () => {
    await expect(load({})).rejects.toMatchObject({ code: 'InvalidConfiguration', class: 'NeedsUser' });
    await expect(load({}, { kubeconfig: '~/none' })).rejects.toMatchObject({
      code: 'InvalidConfiguration',
      message: expect.stringMatching(/none: .*ENOENT/),
    });
  });
});

test('every field of cluster and user is taken over', async () => {
  const file = `
apiVersion: v1
kind: Config
clusters:
- name: c
  cluster:
    server: https://host:6443/path
    certificate-authority: pki/ca.pem
    tls-server-name: kubernetes
    proxy-url: http://user:pass@proxy:3128
users:
- name: u
  user:
    client-certificate: /abs/cert.pem
    client-key-data: a2V5
    tokenFile: token
    token: loses
    as: alice
    as-uid: "7"
    as-groups: [g1, g2]
    as-user-extra: {scopes: [a, b]}
contexts: [{name: x, context: {cluster: c, user: u, namespace: n}}]
current-context: x
`;
  expect(await load({ 'sub/config': file }, { kubeconfig: '~/sub/config' })).toEqual({
    server: 'https://host:6443/path',
    ca: { path: '~/sub/pki/ca.pem' },
    serverName: 'kubernetes',
    insecureSkipVerify: false,
    proxyUrl: 'http://user:pass@proxy:3128',
    user: {
      type: 'stored',
      certificate: { cert: { path: '/abs/cert.pem' }, key: { text: 'key' } },
      token: { path: '~/sub/token' },
    },
    impersonate: { user: 'alice', uid: '7', groups: ['g1', 'g2'], extra: { scopes: ['a', 'b'] } },
  });
});

test('a credential plugin with a path is looked for beside the kubeconfig', async () => {
  const exec = (command: string) =>
    `{exec: {apiVersion: v1, command: ${command}, args: [x], env: [{name: A, value: "1"}], installHint: h}}`;
  const user = { type: 'exec', plugin: { apiVersion: 'v1', args: ['x'], env: { A: '1' }, installHint: 'h' } };
  for (const [command, expected] of [
    ['bin/plugin', '~/bin/plugin'],
    ['plugin', 'plugin'],
  ] as const) {
    const config = await load({ '.kube/config': '', a: minimal('https://a', exec(command)) }, { kubeconfig: '~/a' });
    expect(config.user).toEqual({ ...user, plugin: { ...user.plugin, command: expected } });
  }
});

describe('what is wrong is named with file, entry and field', () => {
  test.each([
    ['current-context', 'clusters: []', 'current-context is not set'],
    ['context', minimal('https://a').replace('current-context: x', 'current-context: y'), 'no context "y"'],
    ['cluster', minimal('https://a').replace('cluster: c,', 'cluster: d,'), 'context x: there is no cluster "d"'],
    ['user', minimal('https://a').replace('user: u}', 'user: v}'), 'there is no user "v"'],
    ['server', minimal('ftp://a'), 'cluster c: server must be an http or https URL, not "ftp://a"'],
    [
      'proxy',
      minimal('https://a').replace('}}]', ', proxy-url: "ftp://u:hunter2@p"}}]'),
      'cluster c: proxy-url must be',
    ],
    ['exec', minimal('https://a', '{exec: {command: x}}'), 'user u: exec needs apiVersion and command'],
    ['list', 'clusters: {}', 'clusters must be a list'],
    ['name', 'users: [{user: {token: hunter2}}]', 'users[0].name must be a string'],
    ['document', 'just text', 'not a kubeconfig'],
    ['YAML', 'users:\n- {token: hunter2\n- [', 'config: '],
  ])('%s', async (_, text, message) => {
    const error: unknown = await load({ config: text }, { kubeconfig: '~/config' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'InvalidConfiguration', message: expect.stringContaining(message) });
    expect((error as Error).message).toContain('/config: ');
    expect((error as Error).message).not.toContain('hunter2');
  });
});
