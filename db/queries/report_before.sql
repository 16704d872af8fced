-- How every agent was before the fact number $1.
select earlier.seq, 'PresenceChanged' as kind, null as data, earlier.body::text as body
  from presence
 cross join lateral (
        select seq, body from fact
         where fact.agent = presence.agent and kind = 'PresenceChanged' and seq < $1
         order by seq desc limit 1
       ) as earlier
 order by earlier.seq
