-- Those who hung up in a line since an instant, in order.
select seq, kind, data, body from fact
 where kind = 'CallAbandoned' and at > to_timestamp($1::double precision)
 order by seq desc limit 10000
