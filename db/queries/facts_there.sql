-- Those of the facts ($1: seq, $2: epoch, in pairs) that are recorded.
select fact.seq, fact.epoch
  from unnest($1::bigint[], $2::integer[]) as asked (seq, epoch)
  join fact on fact.seq = asked.seq and fact.epoch = asked.epoch
