import { RequestProblem, type StatusCause } from './request-problem.ts';

/** How many causes a refusal lists. */
const maxCauses = 20;
/** How many map entries are read where the caller names no bound. */
const defaultMaxItems = 1000;

export interface ListBounds {
  readonly maxItems?: number;
  /** UTF-16 code units of each string. */
  readonly maxLength: number;
}

/**
 * Reads typed fields of a JSON object and collects what is wrong with them, so that a caller is told everything at
 * once. Follows encoding/json of Go, which wrote the objects: unknown fields are ignored, `null` is absence.
 */
export class JsonFields {
  readonly path: string;
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #causes: StatusCause[];

  private constructor(object: Readonly<Record<string, unknown>>, path: string, causes: StatusCause[]) {
    this.#object = object;
    this.path = path;
    this.#causes = causes;
  }

  /** Throws a 400 `RequestProblem` when the body is no JSON object. */
  static of(body: unknown): JsonFields {
    if (!isObject(body)) {
      throw new RequestProblem('BadRequest', 'the body is not a JSON object', { remedy: 'Send one object.' });
    }
    return new JsonFields(body, '', []);
  }

  /** Has no field; what is found wrong with it is not reported. */
  static empty(): JsonFields {
    return new JsonFields({}, '', []);
  }

  value(key: string): unknown {
    return Object.hasOwn(this.#object, key) ? (this.#object[key] ?? undefined) : undefined;
  }

  /** Whether a field is absent, an empty string or an empty list. */
  isEmpty(key: string): boolean {
    const value = this.value(key) ?? '';
    return value === '' || (Array.isArray(value) && value.length === 0);
  }

  /** Empty when absent. */
  string(key: string, maxLength: number): string {
    const value = this.value(key);
    if (value === undefined) {
      return '';
    }
    // Nearly always: what follows makes a path for a message that nobody may need.
    if (isText(value, maxLength)) {
      return value;
    }
    return this.#checkedString(value, this.#child(key), maxLength) ?? '';
  }

  /** False when absent. */
  boolean(key: string): boolean {
    const value = this.value(key);
    if (value !== undefined && typeof value !== 'boolean') {
      this.#wrongType(this.#child(key), 'a boolean');
    }
    return value === true;
  }

  /** Empty when absent. */
  strings(key: string, bounds: ListBounds): string[] {
    const value = this.value(key);
    return isTextList(value, bounds) ? value : this.#stringList(value, this.#child(key), bounds);
  }

  /** The objects of a list; empty when absent. */
  objects(key: string, maxItems: number): JsonFields[] {
    return this.#list(this.value(key), this.#child(key), maxItems).flatMap((item, index) => {
      const path = `${this.#child(key)}[${index}]`;
      if (!isObject(item)) {
        this.#wrongType(path, 'an object');
        return [];
      }
      return [new JsonFields(item, path, this.#causes)];
    });
  }

  /** A map of string lists, as userInfo.extra is; empty when absent. */
  stringLists(key: string, { maxItems = defaultMaxItems, maxLength }: ListBounds): Record<string, string[]> {
    const fields = this.object(key);
    const entries = Object.entries(fields === undefined ? {} : fields.#object);
    if (entries.length > maxItems) {
      this.reject(this.#child(key), `must have at most ${maxItems} entries`);
      return {};
    }
    return Object.fromEntries(
      entries.map(([name, value]) => {
        if (isTextList(value, { maxItems, maxLength })) {
          return [name, value];
        }
        const path = `${this.#child(key)}[${JSON.stringify(name.slice(0, 100))}]`;
        return [name, this.#stringList(value ?? undefined, path, { maxItems, maxLength })];
      }),
    );
  }

  object(key: string): JsonFields | undefined {
    const value = this.value(key);
    if (value === undefined) {
      return undefined;
    }
    if (!isObject(value)) {
      this.#wrongType(this.#child(key), 'an object');
      return JsonFields.empty();
    }
    return new JsonFields(value, this.#child(key), this.#causes);
  }

  /** Absence is at fault. */
  requiredObject(key: string): JsonFields {
    const fields = this.object(key);
    if (fields === undefined) {
      this.reject(this.#child(key), 'must be set');
    }
    return fields ?? JsonFields.empty();
  }

  /** Notes that a field breaks a rule, e.g. `must be set`. */
  reject(field: string, rule: string): void {
    this.#causes.push({ reason: 'FieldValueInvalid', message: rule, field });
  }

  /** Throws a 400 `RequestProblem` that names every field rejected so far. */
  check(what: string): void {
    if (this.#causes.length === 0) {
      return;
    }
    const causes = this.#causes.slice(0, maxCauses);
    const more = this.#causes.length > maxCauses ? `, and ${this.#causes.length - maxCauses} more` : '';
    const list = causes.map(({ field, message }) => `${field}: ${message}`).join(', ');
    throw new RequestProblem('BadRequest', `malformed ${what}: ${list}${more}`, {
      remedy: `Send a ${what} as the Kubernetes API describes it.`,
      causes,
    });
  }

  #stringList(value: unknown, path: string, { maxItems = defaultMaxItems, maxLength }: ListBounds): string[] {
    return this.#list(value, path, maxItems).flatMap((item, index) => {
      const text = this.#checkedString(item, `${path}[${index}]`, maxLength);
      return text === undefined ? [] : [text];
    });
  }

  #list(value: unknown, path: string, maxItems: number): readonly unknown[] {
    if (value === undefined) {
      return [];
    }
    if (!Array.isArray(value)) {
      this.#wrongType(path, 'a list');
      return [];
    }
    if (value.length > maxItems) {
      this.reject(path, `must have at most ${maxItems} items`);
      return [];
    }
    return value;
  }

  #checkedString(value: unknown, path: string, maxLength: number): string | undefined {
    if (typeof value !== 'string') {
      this.#wrongType(path, 'a string');
      return undefined;
    }
    if (value.length > maxLength) {
      this.reject(path, `must be at most ${maxLength} characters long`);
      return undefined;
    }
    return value;
  }

  #wrongType(path: string, wanted: string): void {
    this.reject(path, `must be ${wanted}`);
  }

  #child(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value.length <= maxLength;
}

function isTextList(value: unknown, { maxItems = defaultMaxItems, maxLength }: ListBounds): value is string[] {
  return Array.isArray(value) && value.length <= maxItems && value.every((item) => isText(item, maxLength));
}
