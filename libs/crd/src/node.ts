/** One entry of `x-kubernetes-validations`: a CEL expression that must hold. */
export interface ValidationRule {
  readonly rule: string;
  /** Says what is wrong and what to do; shown to the user behind the name of the field. */
  readonly message: string;
  /** CEL string that replaces `message` where it can be evaluated, e.g. to name the expected value. */
  readonly messageExpression?: string;
  /** Relative to the node that carries the rule, e.g. `.policyID`. */
  readonly fieldPath?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  /** Runs a rule that uses `oldSelf` on creation too; `oldSelf` is then an optional. */
  readonly optionalOldSelf?: boolean;
}

export type NodeType = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array';

/**
 * The subset of OpenAPI v3 that a structural schema may use. What is left out (`$ref`, `oneOf`, `patternProperties`, ...)
 * is refused by apiextensions, or needs a rewrite before ajv and the API server mean the same by it.
 */
export interface SchemaNode {
  readonly type?: NodeType;
  readonly description?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode;
  /** Only the fixed pair `integer`, `string` beside `x-kubernetes-int-or-string`. */
  readonly anyOf?: readonly SchemaNode[];
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-preserve-unknown-fields'?: true;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}
