import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonDocument } from './cli.ts';

const schema: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../../schemas/output.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({
  strict: false,
  allErrors: true,
  formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ },
}).compile(schema);

/** What the published JSON Schema finds wrong with a document; empty when nothing. */
export function schemaErrors(document: JsonDocument): string[] {
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
