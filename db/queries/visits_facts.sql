-- All facts of the visits $1 after number $2, in order, at most $3.
select seq, kind, data::text as data, body::text as body
  from fact
 where visit = any ($1::text[]) and seq > $2
 order by seq
 limit $3
