import { s } from '@tke/crd';

import { flags, text } from '../text.ts';

const path = (description: string) => s.string(description, { maxLength: 1024, pattern: '^(/[A-Za-z0-9._/-]*)?$' });
const names = (description: string) => s.list(description, text('Address or name.'), { maxItems: 64 });

const local = s.object('An etcd member on every host of the control plane.', {
  dataDir: s.optional(path('Folder of the data. Absent or empty: /var/lib/etcd.')),
  extraArgs: s.optional(flags('Flags of etcd.', 'extraArgs')),
  serverCertSANs: s.optional(names('Further names in the certificate of the server.')),
  peerCertSANs: s.optional(names('Further names in the certificate for other members.')),
});

const external = s.object('An etcd that somebody else runs.', {
  endpoints: s.list('Where it is.', s.string('URL.', { maxLength: 512, pattern: '^https?://[^\\s]+$' }), {
    minItems: 1,
    maxItems: 16,
  }),
  caFile: path('Certificate of its authority, a file on the hosts.'),
  certFile: path('Certificate to show to it, a file on the hosts.'),
  keyFile: path('Key of the certificate, a file on the hosts.'),
});

export const etcd = s.object(
  'Where the cluster keeps its objects. Absent: local.',
  { local: s.optional(local), external: s.optional(external) },
  {
    rules: [
      {
        rule: '!has(self.local) || !has(self.external)',
        message: 'etcd must not have both local and external: keep one',
      },
    ],
  },
);
