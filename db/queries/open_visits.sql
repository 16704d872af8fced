-- All facts of every visit that has not ended, and of the visits $1, the oldest visit first.
select fact.seq, fact.kind, fact.data::text as data, fact.body::text as body
  from (select id from visit where ended_at is null union select unnest($1::text[])) as asked
  join visit on visit.id = asked.id
  join fact on fact.visit = visit.id
 order by visit.first_seq, fact.seq
