import { codedErrors } from '@tke/errors';

export const netErrors = codedErrors({
  AddressDenied: {
    class: 'NeedsUser',
    meaning:
      'An address that an object names, or what its name is resolved to, is in a range that the process must not be made to connect to, such as that of cloud metadata. No connection was made.',
    remedy:
      'Give another address, or have an administrator of the platform take the range out of those that the process is kept from.',
  },
  InvalidAddressRange: {
    class: 'NeedsUser',
    meaning:
      'A list of addresses, in a flag of the manager or the annotation `platform.tkestack.io/login-addresses` of a Secret, holds something else. None of it is used: the manager does not start, or no host is shown the login.',
    remedy: 'Write addresses and CIDRs, separated by commas: 10.0.0.0/24, 192.168.1.5, fd00::/64.',
  },
});
