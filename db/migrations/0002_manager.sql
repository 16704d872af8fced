-- Agents whom callers are offered to first, by the caller's number.

-- Who calls from a number is offered first to his manager: the last ManagerChosen of every number.
create table manager (
    number  text primary key,              -- the caller's: digits, and a plus before them if it had one
    seq     bigint not null,
    at      timestamptz not null,
    agent   text,                          -- null: he has none any more
    why     text not null
);
