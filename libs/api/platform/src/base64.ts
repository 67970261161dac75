import { s } from '@tke/crd';
import type { Schema, ValidationRule } from '@tke/crd';

// Not `format: byte`: the API server answers what is no base64 by repeating it, and so a password that somebody forgot to encode would
// stand in audit logs and on the pages of GitOps tools. For the same reason the rule stands on the parent, whose value is not repeated.

/** Bytes in base64, which may be a secret. Belongs together with `isBase64` on the object that has the field. */
export function base64(description: string, maxLength: number): Schema<string> {
  return s.string(`${description} In base64.`, { maxLength });
}

export function isBase64(field: string): ValidationRule {
  const text = String.raw`self.${field}.replace('\r', '').replace('\n', '')`;
  return {
    rule: `!has(self.${field}) || (${text}.size() % 4 == 0 && ${text}.matches('^[A-Za-z0-9+/]*={0,2}$'))`,
    message: `${field} must be base64: encode it, e.g. with base64 -w0`,
    fieldPath: `.${field}`,
  };
}
