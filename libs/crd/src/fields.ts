import * as s from './schema.ts';
import type { Schema } from './schema.ts';

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

/** Free text for people. */
export function text(description: string, maxLength = 255): Schema<string> {
  return s.string(description, { maxLength });
}

export const tenantID = s.string(
  'Tenant the object belongs to: the name of its IdentityProvider. Cannot be changed once set.',
  { maxLength: 32, pattern: `^(${shortNamePattern})?$` },
);

const finalizerNames = s.list(
  'Accepted from TKEStack manifests and ignored: metadata.finalizers do the work.',
  text('Name of a finalizer.', 253),
  { maxItems: 16 },
);

export const finalizers = s.nullable(finalizerNames);
