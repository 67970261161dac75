import { fields, s } from '@tke/crd';

export const { dnsLabel, dnsLabelOrEmpty, shortName, tenantID, finalizers } = fields;

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
