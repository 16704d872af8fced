-- The present configuration.
select version, applied_at, by, document::text as document
  from centre_version order by version desc limit 1
