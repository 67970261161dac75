import type { FlagSpecs } from '@tke/runtime';

export const flags = {
  address: { type: 'string', description: 'where kube-apiserver asks', default: ':9443' },
  'tls-dir': { type: 'string', description: 'folder with tls.crt and tls.key; changes are followed' },
  'client-ca': {
    type: 'string',
    description: 'CA file of the callers, whose changes are followed; callers without a certificate of it are refused',
  },
  'hub-common-name': {
    type: 'string',
    description: 'common name of the certificate with which the kube-apiserver of the hub asks',
    default: 'kube-apiserver',
  },
  'hub-tenants': {
    type: 'string',
    description:
      'tenants, separated by commas, whose policies are about the hub itself; those of others reach their own objects only',
    default: 'default',
  },
  'platform-namespaces': {
    type: 'string',
    description:
      'further namespaces of the hub, separated by commas, that no policy of a tenant reaches: all with service accounts that may do much',
    default: '',
  },
  'shutdown-delay': {
    type: 'string',
    description: 'seconds to go on serving after SIGTERM, until nobody sends requests here any more',
    default: '5',
  },
  'caller-rate': {
    type: 'string',
    description:
      'reviews per second that one caller (common name of a client certificate) may ask for; more are held back',
    default: '5000',
  },
  http2: { type: 'boolean', description: 'offer HTTP/2 too; kube-apiserver then asks over one connection' },
  'decision-log': {
    type: 'string',
    description: 'which decisions to log: off, denied (all but those that allow) or all',
    default: 'off',
  },
  'decision-log-rate': { type: 'string', description: 'decisions to log per second at most', default: '100' },
  model: { type: 'string', description: 'Casbin model file to decide by, instead of the built-in model' },
} as const satisfies FlagSpecs;
