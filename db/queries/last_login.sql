-- What was told of agent $1 since his last login, in order.
select seq, kind, null as data, body::text as body
  from fact
 where agent = $1 and kind = 'PresenceChanged'
   and seq >= (select coalesce(max(seq), 0)
                 from fact
                where agent = $1 and kind = 'PresenceChanged' and body ->> 'state' = 'LOGIN')
 order by seq
 limit 100000
