import { s } from '@tke/crd';
import type { Schema } from '@tke/crd';

const dnsLabelPattern = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const shortNamePattern = '[a-z0-9][-a-z0-9]{1,30}[a-z0-9]';

/** RFC 1123 label. */
export function dnsLabel(description: string): Schema<string> {
  return s.string(description, { maxLength: 63, pattern: `^${dnsLabelPattern}$` });
}

/** RFC 1123 label, or empty: TKEStack writes the empty string for "none". */
export function dnsLabelOrEmpty(description: string): Schema<string> {
  return s.string(description, { maxLength: 63, pattern: `^(${dnsLabelPattern})?$` });
}

/** Tenant names and user names: 3 to 32 characters of a DNS label. */
export function shortName(description: string): Schema<string> {
  return s.string(description, { maxLength: 32, pattern: `^${shortNamePattern}$` });
}

export const tenantID = s.string(
  'Tenant the object belongs to: the name of its IdentityProvider. Cannot be changed once set.',
  {
    maxLength: 32,
    pattern: `^(${shortNamePattern})?$`,
  },
);

export const displayName = s.string('Name shown to people.', { minLength: 1, maxLength: 255 });

export const description = s.string('Free text for people.', { maxLength: 4096 });

export const author = s.string('Name of the user who wrote the object. For display only.', { maxLength: 253 });

export const email = s.string('Mail address.', {
  maxLength: 254,
  pattern: String.raw`^([A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,63})?$`,
});

export const phoneNumber = s.string('Mobile number in mainland China, 11 digits.', {
  maxLength: 11,
  pattern: '^(1[3-9][0-9]{9})?$',
});

/** Free attributes. TKEStack's own clients keep a few of their keys here. */
export const extra = s.nullable(
  s.map('Free attributes, kept and not interpreted.', s.string('Value of the attribute.', { maxLength: 4096 }), {
    maxProperties: 64,
  }),
);

export const finalizers = s.nullable(
  s.list(
    'Accepted from TKEStack manifests and ignored: metadata.finalizers do the work.',
    s.string('Name of a finalizer.', { maxLength: 253 }),
    { maxItems: 16 },
  ),
);
