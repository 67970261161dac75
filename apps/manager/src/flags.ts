import type { FlagSpecs } from '@tke/runtime';

export const flags = {
  namespace: {
    type: 'string',
    description: 'namespace of the lease and of the webhook certificate',
    default: 'tke-system',
  },
  'webhook-address': { type: 'string', description: 'where kube-apiserver sends admission reviews', default: ':9443' },
  'webhook-host': {
    type: 'string',
    description:
      'name or IP under which kube-apiserver reaches the webhooks; default tke-manager-webhook.<namespace>.svc',
  },
  'shutdown-delay': {
    type: 'string',
    description: 'seconds to go on serving after SIGTERM, until nobody sends requests here any more',
    default: '5',
  },
  'lease-duration': { type: 'string', description: 'seconds after which a silent leader is replaced', default: '15' },
  'renew-deadline': {
    type: 'string',
    description: 'seconds after which a leader that cannot renew gives up',
    default: '10',
  },
  'retry-period': { type: 'string', description: 'seconds between attempts to get or renew the lease', default: '2' },
} as const satisfies FlagSpecs;
