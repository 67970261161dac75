export { CodedError, codedErrors, describeError, errorMessage, isCoded, unforeseenErrors } from './coded-error.ts';
export type {
  CatalogueEntry,
  CodedErrorFactory,
  ErrorClass,
  ErrorDefinition,
  ErrorDescription,
  ErrorOptions,
} from './coded-error.ts';
