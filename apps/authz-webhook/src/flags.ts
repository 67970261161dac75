import type { FlagSpecs } from '@tke/runtime';

export const flags = {
  address: { type: 'string', description: 'where kube-apiserver asks', default: ':9443' },
  'tls-dir': { type: 'string', description: 'folder with tls.crt and tls.key; changes are followed' },
  'client-ca': {
    type: 'string',
    description: 'CA file of the callers; callers without a certificate of it are refused',
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
  'shutdown-delay': {
    type: 'string',
    description: 'seconds to go on serving after SIGTERM, until nobody sends requests here any more',
    default: '5',
  },
  model: { type: 'string', description: 'Casbin model file to decide by, instead of the built-in model' },
} as const satisfies FlagSpecs;
