-- The agents talked to in the visit $1.
select visit, segment, agent, queue, offer, answered_at, waited_s, rang_s, talk_s, ended_at, ended_by,
       wrap_up_granted_s, wrap_up_s
  from segment
 where visit = $1
 order by segment
