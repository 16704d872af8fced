-- Makes the projections anew from all the facts, into tables that are empty.
-- Head of a pair: db/queries/project.sql is its tail.

with fence as (
    select true as open
),
new_fact as (
    select * from fact where false
),
history as (
    select * from fact where visit is not null
),
presence_change as (
    select distinct on (agent) * from fact where kind = 'PresenceChanged' order by agent, seq desc
),
manager_choice as (
    select * from fact where kind = 'ManagerChosen'
),
message_news as (
    select * from fact
     where kind in ('MessageLeft', 'MessageHeard', 'MessageTold', 'MessageDeleted')
),
order_given as (
    select * from fact where kind in ('NumberListed', 'NumberUnlisted', 'QueueClosed', 'QueueOpened')
),
