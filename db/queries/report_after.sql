-- The ends of the wrap-ups that were going on at the fact number $1.
select later.seq, 'WrapUpEnded' as kind, null as data, later.body::text as body
  from presence
 cross join lateral (
        select body ->> 'state' as state from fact
         where fact.agent = presence.agent and kind = 'PresenceChanged' and seq <= $1
         order by seq desc limit 1
       ) as presence_then
 cross join lateral (
        select seq, body from fact
         where fact.agent = presence.agent and kind = 'WrapUpEnded' and seq > $1
         order by seq limit 1
       ) as later
 where presence_then.state = 'ACW'
 order by later.seq
