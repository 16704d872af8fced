-- The configuration as of version $1.
select version, applied_at, by, document::text as document from centre_version where version = $1
