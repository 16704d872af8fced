-- The orders in force, the oldest first.
select seq, kind, null as data, body::text as body
  from standing_order
 where kind in ('NumberListed', 'QueueClosed')
 order by seq
