-- uuidv7(): native from PostgreSQL 18 on, this function of the same name before. The server is
-- asked when the file runs, so that one text serves all versions.
DO $migration$
BEGIN
  IF to_regprocedure('pg_catalog.uuidv7()') IS NULL THEN
    CREATE FUNCTION uuidv7() RETURNS uuid
      LANGUAGE plpgsql VOLATILE PARALLEL SAFE
    AS $function$
    DECLARE
      micros bigint := extract(epoch FROM clock_timestamp()) * 1000000;
      random_uuid bytea := uuid_send(gen_random_uuid());
    BEGIN
      -- RFC 9562: 48 bits of milliseconds, the version, and the fraction of the millisecond in the
      -- next 12 bits (method 3 of its section 6.2), as the native function does. The variant and
      -- the 62 random bits behind it are those of the random UUID.
      RETURN encode(
        overlay(
          random_uuid
          PLACING int8send((micros / 1000 << 16) | x'7000'::int | (micros % 1000 * 4096 / 1000))
          FROM 1 FOR 8
        ),
        'hex'
      )::uuid;
    END
    $function$;

    COMMENT ON FUNCTION uuidv7() IS
      'jem-db: UUID version 7 (RFC 9562), as PostgreSQL 18 has it natively';
  END IF;
END
$migration$;
