import { errors } from './errors.ts';

// RE2 (github.com/google/re2/wiki/Syntax) lacks these; JavaScript accepts them. The API server would refuse the whole CRD.
const notInRe2 = /\\[1-9]|\\k<|\(\?(?:=|!|<=|<!|>)|\(\?<[^=!]/;
// RE2 accepts these; JavaScript reads them as something else or not at all.
const notInJavaScript = /\(\?P|\(\?[imsU-]+[:)]|\\[AzQEC]|\[\[:/;

/** Returns the pattern. Throws `PatternNotPortable` unless RE2 and JavaScript compile it to the same language. */
export function portablePattern(pattern: string): string {
  const why = whyNotPortable(pattern);
  if (why !== undefined) {
    throw errors.PatternNotPortable(`pattern ${JSON.stringify(pattern)} ${why}`);
  }
  return pattern;
}

export function whyNotPortable(pattern: string): string | undefined {
  if (notInRe2.test(pattern)) {
    return 'uses a construct RE2 does not have';
  }
  if (notInJavaScript.test(pattern)) {
    return 'uses a construct JavaScript does not have';
  }
  try {
    // ajv compiles patterns with the `u` flag.
    new RegExp(pattern, 'u');
    return undefined;
  } catch (error) {
    return `does not compile: ${error instanceof Error ? error.message : String(error)}`;
  }
}
