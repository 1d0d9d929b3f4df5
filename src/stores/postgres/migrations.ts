/**
 * How the tables came to be: each version is a list of statements that makes it from the one before. What was released
 * never changes; a new version is a new list at the end.
 *
 * Texts are kept as `toColumn` writes them, JSON as text, since jsonb cannot hold every text; `key` is a digest.
 */
export const migrations: readonly (readonly string[])[] = [
  [
    `create table quotabot_snapshots (
       account text collate "C" primary key,
       snapshot text not null,
       previous text,
       write uuid not null
     )`,
    `create table quotabot_settings (key text collate "C" primary key, value text not null, write uuid)`,

    // The one row that all appends lock, so that batches have the order in which they became visible.
    `create table quotabot_ledger (batch bigint not null) with (fillfactor = 50)`,
    `insert into quotabot_ledger values (0)`,
    // The last append of each process, so that one whose acknowledgement was lost is known to be done.
    `create table quotabot_writers (
       writer uuid primary key,
       append bigint not null,
       at timestamptz not null default now()
     ) with (fillfactor = 50)`,
    `create table quotabot_ids (key bytea primary key, day text collate "C" not null)`,
    `create table quotabot_records (
       day text collate "C" not null,
       batch bigint not null,
       place integer not null,
       account text not null,
       provider text,
       model text,
       "user" text,
       agent text,
       operation text,
       task text,
       combo text,
       billing text not null,
       rest text not null,
       primary key (day, batch, place)
     )`,
    `create table quotabot_pruned_days (day text collate "C" primary key)`,
    // All whole numbers but the duration, which may come in parts of a millisecond.
    `create table quotabot_rollups (
       dimension text collate "C" not null,
       day text collate "C" not null,
       key bytea not null,
       value text not null,
       requests bigint not null,
       succeeded bigint not null,
       input bigint not null,
       output bigint not null,
       cache_read bigint not null,
       cache_write bigint not null,
       reasoning bigint not null,
       estimated bigint not null,
       audio_ms bigint not null,
       billed_micros bigint not null,
       included_micros bigint not null,
       free_micros bigint not null,
       unpriced bigint not null,
       timed bigint not null,
       duration_ms numeric not null,
       times_first integer not null,
       times_counts integer[] not null,
       primary key (dimension, day, key)
     ) with (fillfactor = 70)`,
    // Adds counts of which the first stands at first_a, or first_b.
    `create function quotabot_add_counts(first_a integer, a integer[], first_b integer, b integer[])
       returns integer[] language sql immutable
       return case when cardinality(a) = 0 then b when cardinality(b) = 0 then a else (
         select array_agg(coalesce(a[n - first_a + 1], 0) + coalesce(b[n - first_b + 1], 0) order by n)
         from generate_series(
           least(first_a, first_b), greatest(first_a + cardinality(a), first_b + cardinality(b)) - 1
         ) n) end`,
    `create table quotabot_minutes (
       account text collate "C" not null,
       minute bigint not null,
       records bigint not null,
       requests bigint not null,
       tokens bigint not null,
       audio_ms bigint not null,
       cost_micros bigint not null,
       unpriced bigint not null,
       primary key (account, minute)
     ) with (fillfactor = 70)`,
    `create table quotabot_counters (key bytea primary key, value double precision not null)`,

    `create table quotabot_samples (
       sequence bigint generated always as identity,
       account text not null,
       reading text not null,
       kind text not null,
       at double precision not null,
       value double precision not null,
       "limit" double precision,
       resets_at double precision
     )`,
    `create index quotabot_samples_by_account on quotabot_samples (account, at)`,

    // What incidents are looked for by, and the whole of them.
    `create table quotabot_incidents (
       key text collate "C" primary key,
       id text not null,
       channel text not null,
       scope text not null,
       is_open boolean not null,
       is_untold boolean not null,
       opened_at double precision not null,
       ended_at double precision not null,
       sent_at double precision not null,
       message text,
       incident text not null,
       revision bigint not null,
       write uuid not null
     )`,
    `create index quotabot_incidents_by_scope on quotabot_incidents (scope)`,
    `create index quotabot_incidents_untold on quotabot_incidents (channel) where is_untold`,
  ],
];
