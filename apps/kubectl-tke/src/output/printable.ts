/**
 * What a name must not do to a terminal, or to the line it stands in: controls, escapes, overrides of the writing
 * direction, line ends. Names of users and groups come from directories and are written by anybody.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** One line of text. */
export function printable(text: string): string {
  return text.replace(unsafe, '?');
}

/** JSON in which unsafe characters are escapes, so that it stays the same value. Line ends between values stay. */
export function printableJson(json: string): string {
  return json.replace(unsafe, (character) =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, at) => escaped(character.charCodeAt(at))).join(''),
  );
}

function escaped(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
