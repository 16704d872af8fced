-- The facts after number $1, in order, at most $2.
select seq, kind, data::text as data, body::text as body from fact where seq > $1 order by seq limit $2
