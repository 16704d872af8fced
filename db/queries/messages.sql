-- The messages in mailboxes that nobody has deleted, the oldest first.
select id, mailbox, coalesce(queue, '') as queue, visit, extract(epoch from left_at)::double precision as left_at,
       caller_number, caller_name, seconds, file, coalesce(data, '{}')::text as data,
       extract(epoch from heard_at)::double precision as heard_at, coalesce(heard_by, '') as heard_by,
       extract(epoch from told_at)::double precision as told_at
  from message
 where deleted_at is null and left_at is not null
 order by seq
