import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Whether a program is there that a test needs, and that a developer may do without. Throws where
 * it must be: where JEM_DB_TEST_TOOLS is `required`, as in .ci/run.
 */
export function toolThere(name: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  if (folders.some((folder) => isProgram(join(folder, name)))) return true;
  if (process.env['JEM_DB_TEST_TOOLS'] === 'required') throw new Error(`${name} is not installed`);
  return false;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
