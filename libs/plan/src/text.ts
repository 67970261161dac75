// The API counts code points and takes no half of a surrogate pair; what is within the limit in UTF-16 units is so in code points.

/** At most `length` characters; the end goes. */
export function shortened(text: string, length: number): string {
  return (text.length <= length ? text : `${text.slice(0, length - 1)}…`).toWellFormed();
}

/** At most `length` characters; the begin goes. */
export function shortenedFront(text: string, length: number): string {
  return (text.length <= length ? text : `…${text.slice(1 - length)}`).toWellFormed();
}
