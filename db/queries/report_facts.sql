-- The facts after number $1 up to number $2 of the kinds $3, in order, at most $4; without their call data.
select seq, kind, null as data, body::text as body
  from fact
 where seq > $1 and seq <= $2 and kind = any ($3::text[])
 order by seq
 limit $4
