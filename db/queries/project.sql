-- What visits, segments, presences, managers and messages are: folds over facts. Tail of record.sql and of
-- rebuild.sql, which say which facts: `history` (all those of the visits concerned), `presence_change`,
-- `manager_choice`, `message_news`, and `new_fact` (those not yet in the table `fact` as this statement sees it).

visit_fold as (
    select
        visit as id,
        min(seq) as first_seq,
        max(seq) as last_seq,
        min(at) filter (where kind in ('CallArrived', 'CallbackRequested')) as arrived_at,
        min(body ->> 'trunk') filter (where kind in ('CallArrived', 'CallbackRequested')) as trunk,
        min(body ->> 'number') filter (where kind in ('CallArrived', 'CallbackRequested')) as number,
        min(body ->> 'caller_number')
            filter (where kind in ('CallArrived', 'CallbackRequested')) as caller_number,
        min(body ->> 'caller_name') filter (where kind in ('CallArrived', 'CallbackRequested')) as caller_name,
        (array_agg(body ->> 'tree' order by seq desc) filter (where kind = 'IvrVisited'))[1] as tree,
        (array_agg(body ->> 'node' order by seq desc) filter (where kind = 'IvrVisited'))[1] as node,
        (array_agg(queue order by seq desc) filter (where kind = 'CallWaits'))[1] as queue,
        to_timestamp((array_agg((body ->> 'entered_at')::double precision order by seq desc)
            filter (where kind = 'CallWaits'))[1]) as entered_at,
        sum((body ->> 'waited_s')::double precision order by seq)
            filter (where kind in ('CallServed', 'CallAbandoned', 'WaitEnded')) as waited_s,
        count(*) filter (where kind = 'OfferMade') as offers,
        count(*) filter (where kind = 'OfferDeclined') as declines,
        (array_agg(agent order by seq desc) filter (where kind = 'CallServed'))[1] as agent,
        count(*) filter (where kind = 'CallServed') as segments,
        min(at) filter (where kind = 'CallServed') as answered_at,
        coalesce(sum((body ->> 'talk_s')::double precision order by seq)
            filter (where kind = 'TalkEnded'), 0) as talk_s,
        (array_agg(body ->> 'number' order by seq desc) filter (where kind = 'CallForwarded'))[1] as forwarded_to,
        sum((body ->> 'talk_s')::double precision order by seq)
            filter (where kind = 'CallForwarded') as forwarded_talk_s,
        coalesce(bool_or(kind = 'CallAbandoned'), false) as abandoned,
        coalesce(bool_or(kind = 'CallAbandoned' and (body ->> 'offered')::boolean), false) as abandoned_ringing,
        min(body ->> 'outcome') filter (where kind = 'CallEnded') as outcome,
        min(body ->> 'ended_by') filter (where kind = 'CallEnded') as ended_by,
        min(at) filter (where kind = 'CallEnded') as ended_at,
        min((body ->> 'duration_s')::double precision) filter (where kind = 'CallEnded') as duration_s,
        coalesce((array_agg(data order by seq desc))[1], '{}') as data
    from history
    group by visit
),
put_visit as (
    insert into visit (
        id, first_seq, last_seq, arrived_at, trunk, number, caller_number, caller_name, tree, node, queue,
        entered_at, waited_s, offers, declines, agent, segments, answered_at, talk_s, forwarded_to,
        forwarded_talk_s, abandoned, abandoned_ringing, outcome, ended_by, ended_at, duration_s, data
    )
    select
        id, first_seq, last_seq, arrived_at, trunk, number, caller_number, caller_name, tree, node, queue,
        entered_at,
        -- neither served nor abandoned, as when the queue's limit was up: the wait ended with the visit
        coalesce(waited_s, extract(epoch from ended_at - entered_at)::double precision),
        offers, declines, agent, segments, answered_at, talk_s, forwarded_to,
        forwarded_talk_s, abandoned, abandoned_ringing, outcome, ended_by, ended_at, duration_s, data
    from visit_fold
    on conflict (id) do update set
        (first_seq, last_seq, arrived_at, trunk, number, caller_number, caller_name, tree, node, queue,
         entered_at, waited_s, offers, declines, agent, segments, answered_at, talk_s, forwarded_to,
         forwarded_talk_s, abandoned, abandoned_ringing, outcome, ended_by, ended_at, duration_s, data)
        = (excluded.first_seq, excluded.last_seq, excluded.arrived_at, excluded.trunk, excluded.number,
           excluded.caller_number, excluded.caller_name, excluded.tree, excluded.node, excluded.queue,
           excluded.entered_at, excluded.waited_s, excluded.offers, excluded.declines, excluded.agent,
           excluded.segments, excluded.answered_at, excluded.talk_s, excluded.forwarded_to,
           excluded.forwarded_talk_s, excluded.abandoned, excluded.abandoned_ringing, excluded.outcome,
           excluded.ended_by, excluded.ended_at, excluded.duration_s, excluded.data)
),
talk as (
    select
        visit,
        (body ->> 'segment')::integer as segment,
        min(agent) as agent,
        min(queue) as queue,
        min(body ->> 'offer') filter (where kind = 'CallServed') as offer,
        min(at) filter (where kind = 'CallServed') as answered_at,
        min((body ->> 'waited_s')::double precision) filter (where kind = 'CallServed') as waited_s,
        min((body ->> 'rang_s')::double precision) filter (where kind = 'CallServed') as rang_s,
        min((body ->> 'wrap_up_s')::double precision) filter (where kind = 'CallServed') as wrap_up_granted_s,
        min((body ->> 'talk_s')::double precision) filter (where kind = 'TalkEnded') as talk_s,
        min(at) filter (where kind = 'TalkEnded') as ended_at,
        min(body ->> 'ended_by') filter (where kind = 'TalkEnded') as ended_by,
        min(seq) filter (where kind = 'TalkEnded') as ended_seq
    from history
    where kind in ('CallServed', 'TalkEnded')
    group by visit, (body ->> 'segment')::integer
),
-- A wrap-up belongs to the agent's last talk before its end, so to this one if no other ended in between.
put_segment as (
    insert into segment (
        visit, segment, agent, queue, offer, answered_at, waited_s, rang_s, talk_s, ended_at, ended_by,
        wrap_up_granted_s, wrap_up_s
    )
    select
        talk.visit, talk.segment, talk.agent, talk.queue, talk.offer, talk.answered_at, talk.waited_s,
        talk.rang_s, talk.talk_s, talk.ended_at, talk.ended_by, talk.wrap_up_granted_s,
        case when later.seq is null or wrap_up.seq < later.seq then wrap_up.wrap_up_s end
    from talk
    left join lateral (
        select min(seq) as seq from (
            (select seq from fact
              where fact.agent = talk.agent and fact.kind = 'TalkEnded' and fact.seq > talk.ended_seq
              order by seq limit 1)
            union all
            select seq from new_fact
             where new_fact.agent = talk.agent and new_fact.kind = 'TalkEnded' and new_fact.seq > talk.ended_seq
        ) as either
    ) as later on true
    left join lateral (
        select seq, (body ->> 'wrap_up_s')::double precision as wrap_up_s from (
            (select seq, body from fact
              where fact.agent = talk.agent and fact.kind = 'WrapUpEnded' and fact.seq > talk.ended_seq
              order by seq limit 1)
            union all
            select seq, body from new_fact
             where new_fact.agent = talk.agent and new_fact.kind = 'WrapUpEnded'
               and new_fact.seq > talk.ended_seq
        ) as either
        order by seq limit 1
    ) as wrap_up on true
    on conflict (visit, segment) do update set
        (agent, queue, offer, answered_at, waited_s, rang_s, talk_s, ended_at, ended_by,
         wrap_up_granted_s, wrap_up_s)
        = (excluded.agent, excluded.queue, excluded.offer, excluded.answered_at, excluded.waited_s,
           excluded.rang_s, excluded.talk_s, excluded.ended_at, excluded.ended_by,
           excluded.wrap_up_granted_s, excluded.wrap_up_s)
),
put_presence as (
    insert into presence (agent, seq, at, state, sub_state, reason, online, body)
    select distinct on (agent)
           agent, seq, at, body ->> 'state', body ->> 'sub_state', body ->> 'reason',
           (body ->> 'online')::boolean, body
      from presence_change
     order by agent, seq desc
    on conflict (agent) do update set
        (seq, at, state, sub_state, reason, online, body)
        = (excluded.seq, excluded.at, excluded.state, excluded.sub_state, excluded.reason, excluded.online,
           excluded.body)
     where presence.seq < excluded.seq
),
put_manager as (
    insert into manager (number, seq, at, agent, why)
    select distinct on (body ->> 'number') body ->> 'number', seq, at, agent, body ->> 'why'
      from manager_choice
     order by body ->> 'number', seq desc
    on conflict (number) do update set
        (seq, at, agent, why) = (excluded.seq, excluded.at, excluded.agent, excluded.why)
     where manager.seq < excluded.seq
),
message_fold as (
    select
        body ->> 'message' as id,
        min(seq) as seq,
        min(body ->> 'mailbox') as mailbox,
        min(queue) filter (where kind = 'MessageLeft') as queue,
        min(visit) filter (where kind = 'MessageLeft') as visit,
        min(at) filter (where kind = 'MessageLeft') as left_at,
        min(body ->> 'caller_number') filter (where kind = 'MessageLeft') as caller_number,
        min(body ->> 'caller_name') filter (where kind = 'MessageLeft') as caller_name,
        min((body ->> 'seconds')::double precision) filter (where kind = 'MessageLeft') as seconds,
        min(body ->> 'file') filter (where kind = 'MessageLeft') as file,
        (array_agg(data order by seq) filter (where kind = 'MessageLeft'))[1] as data,
        min(at) filter (where kind = 'MessageHeard') as heard_at,
        (array_agg(body ->> 'by' order by seq) filter (where kind = 'MessageHeard'))[1] as heard_by,
        min(at) filter (where kind = 'MessageTold') as told_at,
        min(at) filter (where kind = 'MessageDeleted') as deleted_at
    from message_news
    group by body ->> 'message'
),
put_message as (
    insert into message (
        id, seq, mailbox, queue, visit, left_at, caller_number, caller_name, seconds, file, data,
        heard_at, heard_by, told_at, deleted_at
    )
    select
        id, seq, mailbox, queue, visit, left_at, caller_number, caller_name, seconds, file, data,
        heard_at, heard_by, told_at, deleted_at
    from message_fold
    on conflict (id) do update set
        (heard_at, heard_by, told_at, deleted_at)
        = (coalesce(message.heard_at, excluded.heard_at),
           case when message.heard_at is null then excluded.heard_by else message.heard_by end,
           coalesce(message.told_at, excluded.told_at),
           coalesce(message.deleted_at, excluded.deleted_at))
),
put_order as (
    insert into standing_order (about, seq, at, kind, body)
    select distinct on (about) about, seq, at, kind, body
      from order_given cross join lateral (
            select case when kind in ('NumberListed', 'NumberUnlisted')
                        then 'number ' || coalesce(body -> 'listed' ->> 'number', body ->> 'number')
                        else 'queue ' || coalesce(body -> 'closing' ->> 'queue', body ->> 'queue') end as about
           ) as named
     order by about, seq desc
    on conflict (about) do update set
        (seq, at, kind, body) = (excluded.seq, excluded.at, excluded.kind, excluded.body)
     where standing_order.seq < excluded.seq
)
select open, (select count(*) from new_fact) as recorded from fence
