-- All facts of the visit $1, in order.
select seq, kind, data::text as data, body::text as body from fact where visit = $1 order by seq
