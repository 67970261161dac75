export { CodedError, codedErrors, describeError, errorMessage, isCoded } from './coded-error.ts';
export type { ErrorClass, ErrorDefinition, ErrorDescription, ErrorOptions } from './coded-error.ts';
