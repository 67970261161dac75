/** A value of a JSON document, with its place in it for messages. */
export class JsonValue {
  readonly #value: unknown;
  readonly #place: string;

  constructor(value: unknown, place = '') {
    this.#value = value;
    this.#place = place;
  }

  /** The fields of an object that has just these. */
  fields<const Names extends readonly string[]>(...names: Names): Readonly<Record<Names[number], JsonValue>> {
    const found = this.#object();
    const unknown = Object.keys(found).find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw this.#invalid(`has the unknown field ${JSON.stringify(unknown.slice(0, 100))}`);
    }
    return Object.fromEntries(names.map((name) => [name, this.#child(found, name)])) as never;
  }

  /** The values of an object by key, `most` at most. */
  entries(most: number): readonly (readonly [key: string, value: JsonValue])[] {
    const found = this.#object();
    const keys = Object.keys(found);
    if (keys.length > most) {
      throw this.#invalid(`has ${keys.length} entries: at most ${most}`);
    }
    return keys.map((key) => [key, this.#child(found, key)]);
  }

  /** The elements of a list, `most` at most. */
  list(most: number): readonly JsonValue[] {
    const value = this.#value;
    if (!Array.isArray(value) || value.length > most) {
      throw this.#invalid(`is no list of at most ${most}`);
    }
    return value.map((element, index) => new JsonValue(element, `${this.#place}[${index}]`));
  }

  string(accept: (text: string) => boolean, rule: string): string {
    if (typeof this.#value !== 'string' || !accept(this.#value)) {
      throw this.#invalid(`is ${this.#shown()}: want ${rule}`);
    }
    return this.#value;
  }

  oneOf<const Choice extends string | number | boolean>(...choices: readonly Choice[]): Choice {
    const found = choices.find((choice) => choice === this.#value);
    if (found === undefined) {
      throw this.#invalid(`is ${this.#shown()}: want ${choices.join(' or ')}`);
    }
    return found;
  }

  /** A whole number from 1. */
  count(most: number): number {
    const value = this.#value;
    if (!Number.isSafeInteger(value) || (value as number) < 1 || (value as number) > most) {
      throw this.#invalid(`is ${this.#shown()}: want a whole number from 1 to ${most}`);
    }
    return value as number;
  }

  #object(): Readonly<Record<string, unknown>> {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.#invalid('is no object');
    }
    return value as Readonly<Record<string, unknown>>;
  }

  #child(object: Readonly<Record<string, unknown>>, name: string): JsonValue {
    const step = /^[A-Za-z]\w*$/.test(name) ? name : JSON.stringify(name.slice(0, 100));
    return new JsonValue(object[name], this.#place === '' ? step : `${this.#place}.${step}`);
  }

  #shown(): string {
    return this.#value === undefined ? 'missing' : JSON.stringify(this.#value).slice(0, 100);
  }

  #invalid(what: string): SyntaxError {
    return new SyntaxError(`${this.#place === '' ? 'the document' : this.#place} ${what}`);
  }
}
