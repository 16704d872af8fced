-- The first message of each stream that nobody is sending now ($1), those due first; at most $2.
select seq, stream, destination, body, extract(epoch from due_at)::double precision as due_at, tries,
       extract(epoch from next_at)::double precision as next_at
  from (
        select distinct on (stream) *
          from delivery
         where given_up is null
         order by stream, seq
       ) as head
 where stream <> all ($1::text[])
 order by next_at, seq
 limit $2
