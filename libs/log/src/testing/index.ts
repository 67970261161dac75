export { RecordingLogger, type LogLine } from './recording-logger.ts';
