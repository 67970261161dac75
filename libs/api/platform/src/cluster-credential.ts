import { column, defineKind, immutableOnceSet, s } from '@tke/crd';
import type { ValidationRule } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { base64, isBase64 } from './base64.ts';
import { platformGroup } from './group.ts';
import { secretRef } from './secret-ref.ts';
import { dnsLabel, dnsLabelOrEmpty, tenantID, text } from './text.ts';

const certificate = (description: string) => s.optional(base64(description, 131072));
const key = (description: string) => s.optional(base64(`${description} A secret.`, 32768));

// TKEStack's kind has neither spec nor status: what would be spec is at the top level.
const fields = {
  tenantID: s.optional(tenantID),
  clusterName: s.optional(dnsLabelOrEmpty('Name of the Cluster the credential opens. Empty: that which refers to it.')),
  etcdCACert: certificate('Certificate of the authority of etcd, in PEM.'),
  etcdCAKey: key('Its key, in PEM.'),
  etcdAPIClientCert: certificate('Certificate the API server shows to etcd, in PEM.'),
  etcdAPIClientKey: key('Its key, in PEM.'),
  caCert: certificate('Certificates of the authorities the API server is known by, in PEM.'),
  caKey: key('Key of the authority of a cluster that was built here, in PEM.'),
  clientCert: certificate('Certificate to log in with, in PEM.'),
  clientKey: key('Its key, in PEM.'),
  token: s.optional(text('Token to log in with. A secret: prefer secretRef.', 65536)),
  bootstrapToken: s.optional(text('Token of kubeadm for nodes that join. A secret.')),
  certificateKey: s.optional(text('Key of kubeadm for the certificates it hands on. A secret.')),
  username: s.optional(text('User behind token or certificate. For display only.')),
  as: s.optional(text('User to impersonate.')),
  'as-groups': s.optional(s.list('Groups to impersonate.', text('Name of a group.'), { maxItems: 64 })),
  'as-user-extra': s.optional(
    s.map('Extra attributes to impersonate with.', text('Values, separated by commas.', 4096), { maxProperties: 64 }),
  ),
  secretRef: s.optional(
    secretRef('Secret with the key kubeconfig, or with those of token, ca.crt, tls.crt, tls.key that are needed.'),
  ),
  proxyURL: s.optional(
    s.string(
      'HTTP CONNECT or SOCKS5 proxy on the way to the API server. User and password are in secretRef as proxyUsername and proxyPassword.',
      {
        maxLength: 512,
      },
    ),
  ),
  tlsServerName: s.optional(
    s.string('Name to look for in the certificate of the API server. Empty: the host of the address.', {
      maxLength: 253,
      pattern: '^[A-Za-z0-9.:-]*$',
    }),
  ),
  insecureSkipTLSVerify: s.optional(
    s.boolean('Talks to whoever answers at the address. Only to find out what is wrong: prefer caCert.'),
  ),
};

const encoded = [
  ...['etcdCACert', 'etcdCAKey', 'etcdAPIClientCert', 'etcdAPIClientKey'],
  ...['caCert', 'caKey', 'clientCert', 'clientKey'],
];

// On the object and not on the field: the API server repeats the value of a field it refuses, and there may be a password in it.
const proxyWithoutPassword: ValidationRule = {
  rule: String.raw`!has(self.proxyURL) || self.proxyURL == '' || self.proxyURL.matches('^(https?|socks5)://([A-Za-z0-9][-A-Za-z0-9.]*|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}/?$')`,
  message:
    'proxyURL must be http, https or socks5 with host and port and without a password: write it like socks5://10.0.0.1:1080',
  fieldPath: '.proxyURL',
};

const impersonation = (field: string, name: string): ValidationRule => ({
  rule: `!has(self.${field}) || self.${field}.size() == 0 || (has(self.__as__) && self.__as__ != '')`,
  message: `as is required with ${name}: name the user to impersonate, or take ${name} away`,
  fieldPath: `.as`,
  reason: 'FieldValueRequired',
});

export const clusterCredential = defineKind({
  ...platformGroup,
  kind: 'ClusterCredential',
  description:
    'What opens the API server of a cluster: token, client certificate, a kubeconfig in a Secret, impersonation.',
  namespaced: false,
  shortNames: ['cc'],
  // What comes of it is for the Cluster to say. The controller only adds when it ends.
  reconciled: false,
  name: dnsLabel('Name of the credential; Clusters refer to it.'),
  properties: fields,
  status: {
    expiresAt: s.optional(s.timestamp('When the client certificate or token ends; absent when that is not known.')),
  },
  columns: [
    column('Tenant', '.tenantID'),
    column('Cluster', '.clusterName'),
    column('User', '.username', { priority: 1 }),
    column('Expires', '.status.expiresAt'),
  ],
  selectableFields: ['.tenantID', '.clusterName'],
  rules: [
    immutableOnceSet('tenantID'),
    ...encoded.map(isBase64),
    proxyWithoutPassword,
    {
      rule: '(has(self.clientCert) && self.clientCert.size() > 0) == (has(self.clientKey) && self.clientKey.size() > 0)',
      message: 'clientCert and clientKey belong together: give both or neither',
      fieldPath: '.clientCert',
    },
    impersonation('as__dash__groups', 'as-groups'),
    impersonation('as__dash__user__dash__extra', 'as-user-extra'),
    {
      rule: '!has(self.insecureSkipTLSVerify) || !self.insecureSkipTLSVerify || !has(self.caCert) || self.caCert.size() == 0',
      message:
        'insecureSkipTLSVerify and caCert exclude each other: take insecureSkipTLSVerify away to have the certificate checked',
      fieldPath: '.insecureSkipTLSVerify',
    },
  ],
});

export type ClusterCredential = ObjectOf<typeof clusterCredential>;
