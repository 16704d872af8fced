-- What supervisors order until further notice: numbers that are refused or preferred, queues closed by hand.

-- The last order about every number and every queue: of NumberListed, NumberUnlisted, QueueClosed, QueueOpened.
create table standing_order (
    about  text primary key,               -- as "number 4930123" or "queue sales"
    seq    bigint not null,
    at     timestamptz not null,
    kind   text not null,
    body   jsonb not null
);
