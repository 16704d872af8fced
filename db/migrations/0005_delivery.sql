-- Messages to customers' servers, until they are delivered.

-- Every DeliveryDue that has not arrived yet, or was given up. Of a stream the first is sent first.
create table delivery (
    seq          bigint primary key,       -- of its fact
    stream       text not null,
    number       integer not null,         -- in its stream
    destination  text not null,            -- as `queue sales`
    body         text not null,
    due_at       timestamptz not null,
    tries        integer not null default 0,
    next_at      timestamptz not null,
    given_up     text                      -- why
);

create index delivery_by_stream on delivery (stream, seq) where given_up is null;
