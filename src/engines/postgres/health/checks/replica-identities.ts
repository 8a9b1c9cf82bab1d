import { nameOf, userRelations } from '../catalog.ts';
import { areMany, listingCheck } from '../listing.ts';

/** `pg_publication_tables` would wait for locks of the tables. */
export const replicaIdentities = listingCheck<{ name: string; detail: string; mend: string }>({
  id: 'replica-identities',
  title: 'published tables that refuse UPDATE and DELETE',
  group: 'integrity',
  source: 'the manual, logical replication; jem-db',
  level: 'critical',
  sql: ({ major }) => `
    SELECT ${nameOf('t')} AS name, 'published by ' || string_agg(quote_ident(p.pubname), ', ') AS detail,
      format('ALTER TABLE %s ADD PRIMARY KEY (…); or ALTER TABLE %s REPLICA IDENTITY FULL;', ${nameOf('t')}, ${nameOf('t')}) AS mend
    FROM pg_publication p CROSS JOIN ${userRelations('t', 'r')}
    WHERE (p.pubupdate OR p.pubdelete) AND t.relpersistence = 'p'
      AND (p.puballtables
        OR EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid
          AND (r.prrelid = t.oid OR r.prrelid IN (SELECT a.relid FROM pg_partition_ancestors(t.oid) a)))
        ${major >= 15 ? 'OR EXISTS (SELECT FROM pg_publication_namespace s WHERE s.pnpubid = p.oid AND s.pnnspid = t.relnamespace)' : ''})
      AND NOT CASE t.relreplident
        WHEN 'f' THEN true
        WHEN 'd' THEN EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary AND i.indisvalid)
        WHEN 'i' THEN EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisreplident AND i.indisvalid)
        ELSE false END
    GROUP BY 1, t.oid`,
  none: 'every published table can say which row was changed',
  some: (count, { name }) =>
    `${areMany(count, 'published table cannot', 'published tables cannot')} say which row was changed: UPDATE and DELETE on ${name} fail (55000)`,
  hint: ({ mend }) => mend,
});
