import type { ValidationRule } from './node.ts';

// Transition rules stand on the parent and use has(), so that taking the field away is refused as well as changing it.

/** Words of CEL that the API server wants escaped where they name a field (k8s.io/apiextensions-apiserver, escaping.go). */
const reserved = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if'],
  ...['import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
]);

/** A field as CEL has it. */
export function celField(name: string): string {
  return reserved.has(name) ? `__${name}__` : name;
}

/** A required field keeps the value it was created with. */
export function immutable(field: string): ValidationRule {
  return {
    rule: `self.${celField(field)} == oldSelf.${celField(field)}`,
    message: `${field} cannot be changed: create another object and delete this one`,
    fieldPath: `.${field}`,
  };
}

/** An optional text field may be filled in later, but not changed or taken away after that. */
export function immutableOnceSet(field: string): ValidationRule {
  return {
    rule: `!has(oldSelf.${field}) || oldSelf.${field} == '' || (has(self.${field}) && self.${field} == oldSelf.${field})`,
    message: `${field} cannot be changed once it is set: create another object and delete this one`,
    fieldPath: `.${field}`,
  };
}

/** An optional text field keeps its value; absent and empty are the same value. */
export function immutableText(field: string): ValidationRule {
  const text = (object: string) => `(has(${object}.${field}) ? ${object}.${field} : '')`;
  return {
    rule: `${text('self')} == ${text('oldSelf')}`,
    message: `${field} cannot be changed: create another object and delete this one`,
    fieldPath: `.${field}`,
  };
}
