import { linkLocalAndMetadataRanges, loopbackRanges } from '@tke/net';
import type { FlagSpecs } from '@tke/runtime';

export const flags = {
  namespace: {
    type: 'string',
    description:
      'namespace of the platform: of the lease, of the webhook certificate and of the Secrets that objects name',
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
  packages: {
    type: 'string',
    description:
      'folder or URL with the software for hosts, as make packages builds it; without it no cluster can be built',
  },
  'package-cache': {
    type: 'string',
    description: 'folder for what is fetched from a URL of packages',
    default: '/var/cache/tke/packages',
  },
  files: {
    type: 'string',
    description: 'folder that features.files of Clusters names files of; without it there are none',
  },
  'denied-member-addresses': {
    type: 'string',
    description:
      'addresses and CIDRs, separated by commas, that no Cluster or Machine can make the manager connect to, neither as a member or host nor as a proxy; empty for none',
    default: [...loopbackRanges, ...linkLocalAndMetadataRanges].join(','),
  },
  'authz-webhook-url': {
    type: 'string',
    description:
      'https://host:port under which API servers of member clusters reach the authz-webhook; without it they get no central authorization',
  },
  'authz-webhook-ca': {
    type: 'string',
    description: 'file with the CA that the certificate of the authz-webhook is of',
  },
  'authz-client-ca': { type: 'string', description: 'file with the CA that the authz-webhook trusts clients by' },
  'authz-client-ca-key': {
    type: 'string',
    description: 'file with the key of that CA, to issue certificates for member clusters',
  },
  'lease-duration': { type: 'string', description: 'seconds after which a silent leader is replaced', default: '15' },
  'renew-deadline': {
    type: 'string',
    description: 'seconds after which a leader that cannot renew gives up',
    default: '10',
  },
  'retry-period': { type: 'string', description: 'seconds between attempts to get or renew the lease', default: '2' },
} as const satisfies FlagSpecs;
