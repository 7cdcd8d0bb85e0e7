-- Roles and database of the archive, for psql as a superuser; running it again changes nothing.
-- Sets no passwords: give each role its own afterwards (\password archive_owner, …).
--
--   archive_owner   owns the database and runs the migrations
--   archive_app     the pipeline and the archive browser
--   archive_reader  downstream readers; the migrations let it read the published views alone

\set ON_ERROR_STOP on

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['archive_owner', 'archive_app', 'archive_reader']) AS name
WHERE name NOT IN (SELECT rolname FROM pg_roles)
\gexec

SELECT 'CREATE DATABASE archive OWNER archive_owner ENCODING ''UTF8'' TEMPLATE template0'
WHERE 'archive' NOT IN (SELECT datname FROM pg_database)
\gexec

-- Without these, every role of the server may connect, make temporary tables and use schema public.
REVOKE ALL ON DATABASE archive FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE archive TO archive_app;
GRANT CONNECT ON DATABASE archive TO archive_reader;

-- A mistaken query of a downstream job ends by itself. A session may set these otherwise; what a reader may read and
-- that it may write nothing are matters of rights, not of settings.
-- PostgreSQL lets every role change its own password and defaults, and has no right that could be taken from it: what
-- the reader changed of itself is set back here, and its password afterwards.
ALTER ROLE archive_reader RESET ALL;
ALTER ROLE archive_reader IN DATABASE archive RESET ALL;
ALTER ROLE archive_reader SET statement_timeout = '60s';
ALTER ROLE archive_reader SET idle_in_transaction_session_timeout = '10min';
ALTER ROLE archive_reader SET default_transaction_read_only = on;
ALTER ROLE archive_reader SET timezone = 'UTC';
-- Of max_connections (100), so that readers leave some to the archive; a reader cannot set this otherwise.
ALTER ROLE archive_reader CONNECTION LIMIT 20;

\connect archive
REVOKE ALL ON SCHEMA public FROM PUBLIC;
-- Large objects are the one thing that every role may make, whatever it may not.
REVOKE ALL ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC;
-- Nor may readers fill the server's table of locks with advisory ones. The archive takes none since its schema is at
-- 0005; before, these two did.
SELECT format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', oid::regprocedure),
       format('GRANT EXECUTE ON FUNCTION %s TO archive_owner, archive_app', oid::regprocedure)
FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^pg_(try_)?advisory_(xact_)?lock'
\gexec
