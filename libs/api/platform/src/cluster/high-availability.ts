import { s } from '@tke/crd';

import { ipAddress } from '../ip.ts';
import { port } from '../port.ts';

const tke = s.object(
  'A virtual address that the hosts of the control plane hand to each other (keepalived). IPv4 only.',
  {
    vip: ipAddress('The virtual address.', 'vip'),
    vrid: s.optional(
      s.integer('Virtual router id, unique in the network segment. Absent: the last part of vip, plus one.', {
        format: 'int32',
        minimum: 1,
        maximum: 255,
      }),
    ),
  },
  {
    rules: [
      {
        rule: "has(self.vrid) || !self.vip.endsWith('.255')",
        message:
          'vrid is required when vip ends in .255, since the id made from it is out of range: give one from 1 to 255',
        fieldPath: '.vrid',
        reason: 'FieldValueRequired',
      },
    ],
  },
);

const thirdParty = s.object('A balancer that somebody else runs in front of the control plane.', {
  vip: ipAddress('Address of the balancer.', 'vip'),
  vport: port('Port of the balancer.'),
});

export const ha = s.object(
  'How clients find a control plane of several hosts.',
  { tke: s.optional(tke), thirdParty: s.optional(thirdParty) },
  {
    rules: [
      {
        rule: '!has(self.tke) || !has(self.thirdParty)',
        message: 'ha must not have both tke and thirdParty: keep the one that is used',
      },
    ],
  },
);
