import { sqliteCheck } from '../check.ts';

export const connection = sqliteCheck({
  id: 'connection',
  title: 'it opens and answers',
  group: 'availability',
  unit: 's',
  thresholds: { warning: 0.25, critical: 1 },
  source: 'jem-db',
  look({ db, display }, { connectMs }) {
    const asked = performance.now();
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    const answerMs = performance.now() - asked;
    return {
      status: null,
      value: Math.round(connectMs + answerMs) / 1000,
      summary: `${display} opened in ${Math.round(connectMs)} ms, an answer takes ${Math.ceil(answerMs)} ms`,
      hint: 'Somebody held a lock of the whole file, or its disk is slow: `fuser` or `lsof` on the file show who has it open.',
    };
  },
});
