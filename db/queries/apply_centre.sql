-- Makes $1 the present configuration, applied by $2, and tells whoever listens.
with applied as (
    insert into centre_version (version, by, document)
    select coalesce(max(version), 0) + 1, $2, $1::json from centre_version
    returning version
)
select version, pg_notify('centre_applied', version::text) from applied
