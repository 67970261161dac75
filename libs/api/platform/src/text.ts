import { s } from '@tke/crd';
import type { Schema } from '@tke/crd';

const dnsLabelPattern = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** RFC 1123 label. */
export function dnsLabel(description: string): Schema<string> {
  return s.string(description, { maxLength: 63, pattern: `^${dnsLabelPattern}$` });
}

/** RFC 1123 label, or empty: TKEStack writes the empty string for "none". */
export function dnsLabelOrEmpty(description: string): Schema<string> {
  return s.string(description, { maxLength: 63, pattern: `^(${dnsLabelPattern})?$` });
}

/** Free text for people. */
export function text(description: string, maxLength = 255): Schema<string> {
  return s.string(description, { maxLength });
}

export const tenantID = s.string(
  'Tenant the object belongs to: the name of its IdentityProvider. Cannot be changed once set.',
  { maxLength: 32, pattern: '^([a-z0-9][-a-z0-9]{1,30}[a-z0-9])?$' },
);

export const displayName = text('Name shown to people.');

export const finalizers = s.list(
  'Accepted from TKEStack manifests and ignored: metadata.finalizers do the work.',
  text('Name of a finalizer.'),
  { maxItems: 16 },
);

/** Free keys with text values, as parameters of networks are. */
export function textMap(description: string, value: string): Schema<Record<string, string>> {
  return s.map(description, text(value, 4096), { maxProperties: 64 });
}

/** Command line flags by name. */
export function flags(description: string, field: string): Schema<Record<string, string>> {
  const rules = [
    {
      rule: "self.all(name, name.matches('^[A-Za-z0-9][-A-Za-z0-9_.]*$'))",
      message: `${field} must have names of flags without dashes in front: write them like feature-gates`,
    },
  ];
  return s.map(description, text('Value of the flag.', 4096), { maxProperties: 64, rules });
}
