export * as fields from './fields.ts';
export { column, defineKind, defineReview } from './kind.ts';
export type { KindDefinition, KindDescriptor, ObjectOfKind, PrinterColumn } from './kind.ts';
export { crdManifest } from './manifest.ts';
export type { NodeType, SchemaNode, ValidationRule } from './node.ts';
export { celField, immutable, immutableOnceSet, immutableText } from './rules.ts';
export * as s from './schema.ts';
export type { Infer, ObjectOf, OptionalSchema, Schema, Shape } from './schema.ts';
export { structuralProblems } from './structural.ts';
