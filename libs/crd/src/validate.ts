import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

import type { KindDescriptor } from './kind.ts';
import type { SchemaNode } from './node.ts';

/** One way in which an object breaks its schema. */
export interface SchemaProblem {
  /** E.g. `spec.statement.actions[3]`; empty for the object as a whole. */
  readonly field: string;
  readonly value: unknown;
  /** E.g. `must match pattern "^[a-z]+$"`. */
  readonly rule: string;
}

const vocabulary = [
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
];

const compiled = new WeakMap<SchemaNode, ValidateFunction>();

/**
 * Checks an object against the schema of its kind, defaults filled in (on a copy), and returns every problem.
 * CEL rules, uniqueness in lists, and unknown fields are the API server's to check.
 */
export function validate(kind: Pick<KindDescriptor, 'schema'>, object: unknown): readonly SchemaProblem[] {
  const check = compiled.get(kind.schema) ?? compile(kind.schema);
  return check(structuredClone(object)) ? [] : (check.errors ?? []).filter(isCause).map(toProblem);
}

function compile(schema: SchemaNode): ValidateFunction {
  // strictTypes off: int-or-string nodes have a pattern and no `type`, as the API server asks.
  const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: true, verbose: true, useDefaults: true });
  formats.default(ajv);
  ajv.addVocabulary(vocabulary);
  const check = ajv.compile(schema);
  compiled.set(schema, check);
  return check;
}

// The two branches of int-or-string report one error each, beside that of `anyOf` itself.
function isCause({ schemaPath }: ErrorObject): boolean {
  return !schemaPath.includes('/anyOf/');
}

function toProblem(error: ErrorObject): SchemaProblem {
  const { instancePath, keyword, params, data } = error;
  if (keyword === 'required') {
    return {
      field: fieldPath(`${instancePath}/${String(params.missingProperty)}`),
      value: undefined,
      rule: 'is required',
    };
  }
  return { field: fieldPath(instancePath), value: data, rule: ruleText(error) };
}

function ruleText({ keyword, params, message }: ErrorObject): string {
  if (keyword === 'enum') {
    return `must be one of ${(params.allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`;
  }
  if (keyword === 'anyOf') {
    return 'must be an integer or a string';
  }
  return message ?? keyword;
}

/** JSON pointer to the notation of Kubernetes' field errors. */
function fieldPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, segment) => {
      if (/^\d+$/.test(segment) || !/^[\w-]+$/.test(segment)) {
        return `${path}[${segment}]`;
      }
      return path === '' ? segment : `${path}.${segment}`;
    }, '');
}
