-- The last PresenceChanged of every agent.
select seq, 'PresenceChanged' as kind, null as data, body::text as body from presence order by agent
