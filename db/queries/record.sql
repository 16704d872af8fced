-- Records one batch of facts and what follows from them, in one statement and so in one transaction.
-- Head of a pair: db/queries/project.sql is its tail.
-- $1: the writer's epoch. $2: a JSON array of {seq, epoch, kind, fact}, the lines of the spool.
-- A repeat is a no-op: only facts not yet there are projected. Behind a newer epoch nothing is written.

with lease as materialized (
    select epoch from engine_lease for share
),
fence as materialized (
    select not exists (select from lease where epoch > $1) as open
),
new_fact as (
    insert into fact (seq, epoch, at, kind, visit, agent, queue, data, body)
    select line.seq, line.epoch, to_timestamp((line.fact ->> 'at')::double precision), line.kind,
           line.fact ->> 'visit', line.fact ->> 'agent', line.fact ->> 'queue',
           line.fact -> 'data', line.fact - 'data'
      from jsonb_to_recordset($2::jsonb) as line (seq bigint, epoch integer, kind text, fact jsonb)
     where (select open from fence)
     order by line.seq
    on conflict (seq) do nothing
    returning *
),
touched as (
    select visit from new_fact where visit is not null
    union
    -- a wrap-up belongs to the agent's last talk
    select coalesce(fresh.visit, known.visit)
      from new_fact as wrap_up
      left join lateral (
            select talk.visit from new_fact as talk
             where talk.agent = wrap_up.agent and talk.kind = 'TalkEnded' and talk.seq < wrap_up.seq
             order by talk.seq desc limit 1
           ) as fresh on true
      left join lateral (
            select talk.visit from fact as talk
             where talk.agent = wrap_up.agent and talk.kind = 'TalkEnded' and talk.seq < wrap_up.seq
             order by talk.seq desc limit 1
           ) as known on true
     where wrap_up.kind = 'WrapUpEnded'
),
history as (
    select earlier.*
      from touched cross join lateral (select * from fact where fact.visit = touched.visit) as earlier
    union all
    select * from new_fact where visit is not null
),
presence_change as (
    select * from new_fact where kind = 'PresenceChanged'
),
put_delivery as (
    insert into delivery (seq, stream, number, destination, body, due_at, next_at)
    select seq, body ->> 'stream', (body ->> 'number')::integer, body ->> 'to', body ->> 'body', at, at
      from new_fact where kind = 'DeliveryDue'
),
manager_choice as (
    select * from new_fact where kind = 'ManagerChosen'
),
message_news as (
    select * from new_fact
     where kind in ('MessageLeft', 'MessageHeard', 'MessageTold', 'MessageDeleted')
),
order_given as (
    select * from new_fact where kind in ('NumberListed', 'NumberUnlisted', 'QueueClosed', 'QueueOpened')
),
