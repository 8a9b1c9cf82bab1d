-- A server upgraded to 18 still has the function beside the native one; somebody else's function
-- of that name does not have our comment, and stays.
DO $migration$
DECLARE
  ours regprocedure := to_regprocedure(format('%I.uuidv7()', current_schema()));
BEGIN
  IF obj_description(ours, 'pg_proc') LIKE 'jem-db:%' THEN
    EXECUTE format('DROP FUNCTION %s', ours);
  END IF;
END
$migration$;
