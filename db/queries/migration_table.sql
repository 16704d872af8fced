-- The one table the migrations themselves need.
create table if not exists schema_migration (
    version     integer primary key,
    name        text not null,
    applied_at  timestamptz not null default now()
)
