-- Visits, the newest first, as the index has them: those whose arrival was lost before all others. What is null is
-- not asked.
-- $1 since, $2 until, $3 queue whose line they came to, let in or not, $4 agent, $5 outcome, $6 abandoned, $7 open,
-- $8 number dialled, $9 caller's number, $10 ended by, $11 served by an agent, $12 least wait, $13 the visit before
-- the first, $14 how many.
select id, arrived_at, trunk, number, caller_number, caller_name, tree, node, queue, entered_at, waited_s,
       offers, declines, agent, segments, answered_at, talk_s, forwarded_to, forwarded_talk_s, abandoned,
       abandoned_ringing,
       (select sum(segment.wrap_up_s) from segment where segment.visit = visit.id) as wrap_up_s,
       outcome, ended_by, ended_at, duration_s, data::text as data
  from visit
 where ($1::timestamptz is null or arrived_at >= $1)
   and ($2::timestamptz is null or arrived_at < $2)
   and ($3::text is null or queue = $3 or exists (
            select from fact
             where fact.visit = visit.id and fact.kind in ('CallWaits', 'EntryRefused') and fact.queue = $3))
   and ($4::text is null or exists (
            select from segment where segment.visit = visit.id and segment.agent = $4))
   and ($5::text is null or outcome = $5)
   and ($6::boolean is null or abandoned = $6)
   and ($7::boolean is null or (ended_at is null) = $7)
   and ($8::text is null or number = $8)
   and ($9::text is null or caller_number = $9)
   and ($10::text is null or ended_by = $10)
   and ($11::boolean is null or (segments > 0) = $11)
   and ($12::double precision is null or waited_s >= $12)
   and ($13::text is null or (coalesce(arrived_at, 'infinity'), first_seq) < (
            select coalesce(earlier.arrived_at, 'infinity'), earlier.first_seq
              from visit as earlier where earlier.id = $13))
 order by arrived_at desc, first_seq desc
 limit $14
