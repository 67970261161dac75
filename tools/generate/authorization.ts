import { authorizationConfiguration } from '@tke/platform';

import { yamlFile, type GeneratedFile } from './files.ts';

const folder = 'config/authz';
/** Where the files stand on a control plane node. */
const hostFolder = '/etc/kubernetes/tke-authz';
const port = 9443;

export function authorizationFiles(): readonly GeneratedFile[] {
  const kubeConfigFile = `${hostFolder}/webhook.kubeconfig`;
  return [
    yamlFile(
      `${folder}/authorization-configuration.yaml`,
      [authorizationConfiguration({ kubeConfigFile, kubernetes: '1.34' })],
      [
        'For kube-apiserver 1.34 and newer: --authorization-config=<this file>.',
        'No answer is kept, so that a grant that was taken back is gone at once.',
        ...why,
      ],
    ),
    yamlFile(
      `${folder}/authorization-configuration-1.32.yaml`,
      [authorizationConfiguration({ kubeConfigFile, kubernetes: '1.32' })],
      [
        'For kube-apiserver 1.32 and 1.33, which keep answers: a grant that was taken back counts for up to 5 seconds more.',
        ...why,
      ],
    ),
    yamlFile(
      `${folder}/webhook.kubeconfig`,
      [webhookKubeconfig()],
      [
        'How kube-apiserver reaches the authz-webhook on its own node. Certificates on both sides: the client certificate of an API',
        'server of a member cluster has the common name `cluster:<name>` and the path /auth/authz/clusters/<name>.',
      ],
    ),
  ];
}

const why = [
  '',
  'Node and RBAC come first: what they allow never asks the webhook. The webhook adds what policies grant.',
  'failurePolicy Deny: with the webhook down or not yet synced, requests that only it could allow fail with an error that says so,',
  'and no authorizer that somebody adds behind it can let them pass.',
  'What still works then: members of system:masters (the API server lets them pass before any authorizer), everything that RBAC',
  'allows, and all system: users, which matchConditions keep away from the webhook: nodes, controllers, service accounts.',
];

function webhookKubeconfig(): object {
  const name = 'tke-authz-webhook';
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server: `https://127.0.0.1:${String(port)}/auth/authz`,
          'certificate-authority': `${hostFolder}/ca.crt`,
        },
      },
    ],
    users: [
      { name, user: { 'client-certificate': `${hostFolder}/client.crt`, 'client-key': `${hostFolder}/client.key` } },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
}
