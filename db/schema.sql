-- The whole present schema, for a new database and for the reader. An existing database gets here by
-- db/migrations/, forward only; a test proves that both ways end in the same catalogue.
--
-- `fact` is the truth about what happened; `visit`, `segment`, `presence`, `manager` and `standing_order` are folds
-- over it, written in the same transaction (db/queries/project.sql) and at any time rebuilt from it (db/queries/rebuild.sql).
-- Seconds are double precision with the unit in the name; instants are timestamptz.

create table schema_migration (
    version     integer primary key,
    name        text not null,
    applied_at  timestamptz not null default now()
);

-- Everything that happened, once, never changed. `at` is rounded to the microsecond; `body` has it whole.
create table fact (
    seq     bigint primary key,
    epoch   integer not null,          -- of the engine that published it
    at      timestamptz not null,
    kind    text not null,             -- a name of ccapp.domain.events.KINDS
    visit   text,
    agent   text,
    queue   text,
    data    jsonb,                     -- the call data as it was then
    body    jsonb not null             -- all the fields of the kind but the call data
);

create index fact_visit on fact (visit, seq) where visit is not null;
create index fact_agent on fact (agent, kind, seq) where agent is not null;
create index fact_at on fact (at);

-- One caller's whole visit: one row for every call that came in. Open while `ended_at` is null.
create table visit (
    id                 text primary key,
    first_seq          bigint not null,
    last_seq           bigint not null,
    arrived_at         timestamptz,
    trunk              text,
    number             text,               -- dialled
    caller_number      text,
    caller_name        text,
    tree               text,               -- the last IVR node visited
    node               text,
    queue              text,               -- the last one waited in
    entered_at         timestamptz,        -- of its place in that line
    waited_s           double precision,   -- all its waits that are over, until answered, given up or ended
    offers             integer not null,
    declines           integer not null,   -- offers that did not become a talk
    agent              text,               -- the last one talked to
    segments           integer not null,   -- agents talked to
    answered_at        timestamptz,        -- by the first agent
    talk_s             double precision not null,
    forwarded_to       text,
    forwarded_talk_s   double precision,
    abandoned          boolean not null,   -- left a line without an agent
    abandoned_ringing  boolean not null,   -- while an agent's phone rang for the call
    outcome            text,
    ended_by           text,
    ended_at           timestamptz,
    duration_s         double precision,
    data               jsonb not null      -- the call data as it was last
);

create index visit_arrived on visit (arrived_at);
create index visit_queue on visit (queue, arrived_at);
create index visit_open on visit (first_seq) where ended_at is null;

-- One agent's part in a visit: one row for every agent the caller talked to.
create table segment (
    visit              text not null,
    segment            integer not null,   -- counted from 1
    agent              text,
    queue              text,
    offer              text,
    answered_at        timestamptz,
    waited_s           double precision,
    rang_s             double precision,
    talk_s             double precision,   -- null while talking
    ended_at           timestamptz,
    ended_by           text,
    wrap_up_granted_s  double precision,
    wrap_up_s          double precision,   -- as it was; null before its end, and when another talk ended first
    primary key (visit, segment)
);

create index segment_agent on segment (agent, answered_at);

-- The last PresenceChanged of every agent.
create table presence (
    agent      text primary key,
    seq        bigint not null,
    at         timestamptz not null,
    state      text not null,
    sub_state  text not null,
    reason     text not null,
    online     boolean not null,
    body       jsonb not null
);

-- Who calls from a number is offered first to his manager: the last ManagerChosen of every number.
create table manager (
    number  text primary key,              -- the caller's: digits, and a plus before them if it had one
    seq     bigint not null,
    at      timestamptz not null,
    agent   text,                          -- null: he has none any more
    why     text not null
);

-- What callers have left in mailboxes; a message that was deleted has no file any more.
create table message (
    id             text primary key,       -- <visit>-<n>
    seq            bigint not null,        -- of the first fact about it
    mailbox        text not null,
    queue          text,                   -- whose line the caller came from; empty: none's
    visit          text,
    left_at        timestamptz,
    caller_number  text,
    caller_name    text,
    seconds        double precision,
    file           text,                   -- in Asterisk's folder of recordings
    data           jsonb,
    heard_at       timestamptz,            -- null: it is new
    heard_by       text,
    told_at        timestamptz,            -- when the mailbox's address was told, or given up
    deleted_at     timestamptz
);

create index message_kept on message (seq) where deleted_at is null;

-- The last order about every number and every queue: of NumberListed, NumberUnlisted, QueueClosed, QueueOpened.
create table standing_order (
    about  text primary key,               -- as "number 4930123" or "queue sales"
    seq    bigint not null,
    at     timestamptz not null,
    kind   text not null,
    body   jsonb not null
);

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

-- The one engine that may act on this database: one row. Every batch of facts holds it FOR SHARE and is
-- refused when its epoch has grown; taking over makes it grow.
create table engine_lease (
    one           boolean primary key default true check (one),
    application   text not null,
    epoch         integer not null,
    host          text not null,
    boot          text not null,
    pid_space     text not null,
    pid           integer not null,
    pid_started   text not null,
    taken_at      timestamptz not null,
    expires_at    timestamptz not null
);

-- The configuration, every version that was ever applied; the greatest is the present one.
create table centre_version (
    version     integer primary key,
    applied_at  timestamptz not null default now(),
    by          text not null,
    document    json not null              -- json, not jsonb: keeps the order in which it was written
);

insert into schema_migration (version, name) values (1, 'first'), (2, 'manager'), (3, 'message'),
    (4, 'standing_order'), (5, 'delivery');
