#!/bin/sh
# Roles, database and passwords of the archive, from the environment; running it again sets changed passwords.
set -eu
psql --no-psqlrc --quiet --file=/migrations/roles.sql
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 <<'EOF'
\getenv owner ARCHIVE_OWNER_PASSWORD
\getenv app ARCHIVE_APP_PASSWORD
\getenv reader ARCHIVE_READER_PASSWORD
-- The server is the archive's alone, and has one table of locks for all its databases.
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
ALTER ROLE archive_owner PASSWORD :'owner';
ALTER ROLE archive_app PASSWORD :'app';
ALTER ROLE archive_reader PASSWORD :'reader';
EOF
