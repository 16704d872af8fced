-- The versions applied, the newest first, at most $1.
select version, applied_at, by from centre_version order by version desc limit $1
