import type { FlagSpecs } from '@tke/runtime';

export const flags = {
  address: { type: 'string', description: 'where kube-apiserver asks', default: ':9443' },
  'tls-dir': { type: 'string', description: 'folder with tls.crt and tls.key; changes are followed' },
  'client-ca': {
    type: 'string',
    description: 'CA file of the callers; callers without a certificate of it are refused',
  },
  'shutdown-delay': {
    type: 'string',
    description: 'seconds to go on serving after SIGTERM, until nobody sends requests here any more',
    default: '5',
  },
  model: { type: 'string', description: 'Casbin model file to decide by, instead of the built-in model' },
} as const satisfies FlagSpecs;
