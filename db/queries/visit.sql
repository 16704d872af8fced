-- The visit $1.
select id, arrived_at, trunk, number, caller_number, caller_name, tree, node, queue, entered_at, waited_s,
       offers, declines, agent, segments, answered_at, talk_s, forwarded_to, forwarded_talk_s, abandoned,
       abandoned_ringing,
       (select sum(segment.wrap_up_s) from segment where segment.visit = visit.id) as wrap_up_s,
       outcome, ended_by, ended_at, duration_s, data::text as data
  from visit
 where id = $1
