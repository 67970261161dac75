export { createLogger, discardLogger, logLevels } from './logger.ts';
export type { Fields, LogLevel, Logger, LoggerOptions } from './logger.ts';
