import { s } from '@tke/crd';
import type { Infer } from '@tke/crd';

import { port, portOrZero } from './port.ts';

const types = ['Public', 'Advertise', 'Real', 'Internal', 'Support'] as const;
const type = s.oneOf(
  'Advertise: the balancer of all API servers. Real: one API server. Internal, Public, Support: ways in from the platform, the internet, a gateway.',
  types,
);

const path = s.string('Path in front of the API, e.g. that of a proxy in another cluster.', { maxLength: 2048 });

const wanted = s.object(
  'One way to the API server.',
  {
    type,
    host: s.string('Address or name.', {
      minLength: 1,
      maxLength: 253,
      pattern: '^[A-Za-z0-9:]([-A-Za-z0-9.:]*[A-Za-z0-9:])?$',
    }),
    port: port('Port.'),
    path: s.optional(path),
  },
  {
    rules: [
      {
        rule: "self.type in ['Advertise', 'Real']",
        message:
          'type of an address to import by must be Advertise or Real: use Advertise for a balancer, Real for one API server',
        fieldPath: '.type',
      },
      {
        rule: "!has(self.path) || self.path == '' || self.path.startsWith('/')",
        message: 'path must be empty or start with /: put a / in front',
        fieldPath: '.path',
      },
    ],
  },
);

// Several Real addresses are the rule, so type is no key of the list.
export const wantedAddresses = s.list('Ways to the API server of an imported cluster.', wanted, { maxItems: 16 });

const observed = s.object('One way to the API server.', {
  type,
  host: s.string('Address or name.'),
  port: portOrZero('Port.'),
  path: s.optional(path),
});

export type APIAddress = Infer<typeof observed>;

export const observedAddresses = s.list('Ways to the API server.', observed);
