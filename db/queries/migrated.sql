-- Notes that the migration $1, named $2, has been applied.
insert into schema_migration (version, name) values ($1, $2)
