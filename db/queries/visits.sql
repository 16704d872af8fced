-- Visits, the newest first. What is null is not asked.
-- $1 since, $2 until, $3 queue, $4 agent, $5 outcome, $6 abandoned, $7 open, $8 how many.
select id, arrived_at, trunk, number, caller_number, caller_name, tree, node, queue, entered_at, waited_s,
       offers, declines, agent, segments, answered_at, talk_s, forwarded_to, forwarded_talk_s, abandoned,
       abandoned_ringing, outcome, ended_by, ended_at, duration_s, data::text as data
  from visit
 where ($1::timestamptz is null or arrived_at >= $1)
   and ($2::timestamptz is null or arrived_at < $2)
   and ($3::text is null or queue = $3)
   and ($4::text is null or exists (
            select from segment where segment.visit = visit.id and segment.agent = $4))
   and ($5::text is null or outcome = $5)
   and ($6::boolean is null or abandoned = $6)
   and ($7::boolean is null or (ended_at is null) = $7)
 order by arrived_at desc nulls last, first_seq desc
 limit $8
