import { s } from '@tke/crd';
import type { Infer } from '@tke/crd';

import { base64Rules, hasLogin, loginFields } from './login.ts';

/** TKEStack stores the whole struct with empty values where there is no proxy. */
export const proxy = s.object(
  'The way to the SSH server of the host, where there is no direct one.',
  {
    type: s.optional(
      s.oneOf('SSHJumpServer: through another SSH server. SOCKS5: through a SOCKS proxy. Empty: directly.', [
        '',
        'SSHJumpServer',
        'SOCKS5',
      ]),
    ),
    ip: s.optional(
      s.string('Address or name of the proxy.', {
        maxLength: 253,
        pattern: '^([A-Za-z0-9]([-A-Za-z0-9.:]*[A-Za-z0-9])?|::[A-Fa-f0-9:.]*)?$',
      }),
    ),
    ...loginFields,
  },
  {
    rules: [
      ...base64Rules,
      {
        rule: "!has(self.type) || self.type == '' || (has(self.ip) && self.ip != '')",
        message: 'ip is required with a type: give the address of the proxy, or empty the type',
        fieldPath: '.ip',
        reason: 'FieldValueRequired',
      },
      {
        rule: "!has(self.type) || self.type != 'SOCKS5' || (has(self.port) && self.port > 0)",
        message: 'port of a SOCKS5 proxy must be 1 to 65535: give the port it listens on',
        fieldPath: '.port',
        reason: 'FieldValueRequired',
      },
      {
        rule: `!has(self.type) || self.type != 'SSHJumpServer' || (${hasLogin})`,
        message: 'password, privateKey or credentialSecretRef is required to log in to a jump server: give one of them',
        reason: 'FieldValueRequired',
      },
    ],
  },
);

export type SshProxy = Infer<typeof proxy>;
