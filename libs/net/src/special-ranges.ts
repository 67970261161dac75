/** A connection to these ends on the machine itself (RFC 1122 3.2.1.3, RFC 4291 2.5.3). */
export const loopbackRanges = ['127.0.0.0/8', '::1/128'] as const;

/**
 * What answers at these depends on the machine that asks: unspecified and link-local addresses (RFC 6890), what the network around it
 * translates to IPv4 by rules of its own (RFC 8215), and where clouds tell a machine its metadata and credentials.
 */
export const linkLocalAndMetadataRanges = [
  '0.0.0.0/8',
  '::/128',
  '169.254.0.0/16',
  'fe80::/10',
  '64:ff9b:1::/48',
  '100.100.100.200/32', // Alibaba Cloud
  '168.63.129.16/32', // Azure
  '192.0.0.192/32', // Oracle Cloud
  'fd00:c1::a9fe:a9fe/128', // Oracle Cloud
  'fd00:ec2::/32', // Amazon: metadata, and credentials of pods
  'fd20:ce::254/128', // Google Cloud
  'fd00:42::42/128', // Scaleway
] as const;
