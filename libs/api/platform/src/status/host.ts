import { s } from '@tke/crd';
import type { Infer } from '@tke/crd';

import { hostKeys } from '../ssh/login.ts';
import { text } from '../text.ts';

const facts = s.object('What was found on the host.', {
  os: s.optional(text('Distribution and version, e.g. ubuntu 24.04.')),
  architecture: s.optional(text('amd64 or arm64.')),
  kernel: s.optional(text('Release of the kernel.')),
  cgroupVersion: s.optional(s.integer('1 or 2.', { format: 'int32' })),
  cpus: s.optional(s.integer('Number of CPUs.', { format: 'int32' })),
  memory: s.optional(s.quantity('Size of the memory.')),
  diskFree: s.optional(s.quantity('Room left for /var/lib.')),
  clockOffsetMilliseconds: s.optional(s.integer('How far its clock is ahead of ours.')),
  installed: s.optional(s.map('Versions of what is installed, by name.', text('Version.'), { maxProperties: 32 })),
});

export type HostFacts = Infer<typeof facts>;

/** What is known of one host. */
export const hostFields = {
  hostKeys: s.optional(hostKeys),
  proxyHostKeys: s.optional(hostKeys),
  facts: s.optional(facts),
};
