-- Messages in mailboxes.

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
