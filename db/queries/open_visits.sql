-- All facts of every visit that has not ended, and of the visits $1, the oldest visit first.
select fact.seq, fact.kind, fact.data::text as data, fact.body::text as body
  from visit join fact on fact.visit = visit.id
 where visit.ended_at is null or visit.id = any($1::text[])
 order by visit.first_seq, fact.seq
