import { fields, s } from '@tke/crd';
import type { Schema } from '@tke/crd';

export const { dnsLabel, dnsLabelOrEmpty, text, tenantID, finalizers } = fields;

export const displayName = text('Name shown to people.');

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
