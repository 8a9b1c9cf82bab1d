import type { NewMigration } from '../migrate/scaffold.ts';
import { command } from './command.ts';

export const migrateNew = command<NewMigration>({
  name: 'migrate new',
  summary: 'scaffold the next migration',
  description: 'Named and numbered as the folder has it. Nothing is overwritten.',
  argument: { name: 'name', help: 'what it is about: "add users"', required: true },
  settings: ['migrations', 'layout'],
  examples: [['jem-db migrate new "add users"', 'writes 0004_add_users.up.sql and .down.sql']],
  async run(input, context) {
    const { newMigration } = await import('../migrate/scaffold.ts');
    const { settings, environment } = context;
    return newMigration({
      about: input.argument ?? '',
      folder: settings.migrations,
      layout: settings.layout,
      now: new Date(),
      cwd: environment.cwd,
    });
  },
  render: ({ files }) => files.map((file) => `created  ${file}\n`).join(''),
});
