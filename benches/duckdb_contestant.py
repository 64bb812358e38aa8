#!/usr/bin/env python3
"""The benchmark strategy written by hand for DuckDB, in two forms.

usage: duckdb_contestant.py count DATA wide|long          prints every count of the strategy as JSON
       duckdb_contestant.py run   DATA wide|long OUT      writes OUT/actions.parquet and OUT/actions.csv, prints their counts

wide: breakpoints found once, the first two actions of a customer picked in columns.
long: as most people write it; scores by rank(), one row per candidate action, row_number() for the cap.
"""
import json
import os
import sys

import duckdb

TODAY = "DATE '2026-07-01'"
NOW = "TIMESTAMP '2026-07-01 00:00:00'"
ACTIONS = [
    ("manager_call", 50), ("retention_text", 30), ("loan_call", 40), ("loan_text", 25),
    ("upsell_mail", 20), ("cross_mail", 18), ("winback_text", 22), ("thanks_mail", 5),
]
WORTH = ["champion", "loyal", "potential", "fresh", "promising", "attention", "at_risk", "hibernating"]
LADDERS = ["care", "credit", "growth"]
LABELS = ["none", "green", "yellow", "red"]
NEVER = -4_000_000_000_000


def yuan(amount):
    return amount * 100


def bought(days_from, days_to=0):
    upper = f" and ts < {NOW} - interval {days_to} day" if days_to else ""
    return f"kind = 'purchase' and ts >= {NOW} - interval {days_from} day{upper}"


def aggregates(data):
    spent = lambda condition: f"coalesce(sum(amount_fen) filter ({condition}), 0)::bigint"
    return f"""
      select customer_no,
             -((epoch_ms({NOW}) - epoch_ms(max(ts))) // 86400000) as recency,
             count(*) filter ({bought(365)}) as frequency,
             {spent(bought(365))} as monetary,
             {spent(bought(30))} as spend30,
             {spent(bought(60, 30))} as spend60
      from read_parquet('{data}/transactions.parquet') group by customer_no"""


def joined(data):
    filled = [f"coalesce(recency, {NEVER}) as recency"] + [f"coalesce({name}, 0) as {name}" for name in ("frequency", "monetary", "spend30", "spend60")]
    return f"""
      select c.*, {", ".join(filled)}
      from read_parquet('{data}/customers.parquet') c left join feature using (customer_no)"""


def scored(form):
    if form == "long":
        rank = lambda column, name: f"1 + (5 * (rank() over (order by {column}) - 1)) // count(*) over () as {name}"
        return f"select *, {rank('recency', 'r')}, {rank('frequency', 'f')}, {rank('monetary', 'm')} from joined"
    points = ", ".join(f"quantile_disc({column}, [0.2, 0.4, 0.6, 0.8]) as q_{column}" for column in ("recency", "frequency", "monetary"))
    score = lambda column, name: "1 + " + " + ".join(f"({column} > q_{column}[{place}])::int" for place in range(1, 5)) + f" as {name}"
    kept = "exclude (q_recency, q_frequency, q_monetary)"
    return f"""
      select * {kept}, {score('recency', 'r')}, {score('frequency', 'f')}, {score('monetary', 'm')}
      from joined, (select {points} from joined)"""


WORTH_RULES = [
    "r >= 4 and f >= 4 and m >= 4", "f >= 4 and r >= 3", "r >= 4 and f between 2 and 3", "r = 5 and f = 1", "r = 4 and f = 1", "r = 3 and f <= 3",
    "r <= 2 and f >= 3",
]
METRO = "city in ('北京', '上海', '广州', '深圳', '杭州')"
SEGMENTS = [
    f"last_login >= {TODAY} - 30 and last_login < {TODAY}",
    f"last_login < {TODAY} - 90",
    "app_seconds_last > 600 and app_seconds_this * 2 < app_seconds_last",
    "app_seconds_this > 600 and app_seconds_this * 2 > app_seconds_last * 3",
    f"aum_fen >= {yuan(1_000_000)}",
    f"aum_fen >= {yuan(100_000)} and aum_fen < {yuan(1_000_000)}",
    "band in ('private', 'affluent')",
    "age between 18 and 27",
    "age >= 60",
    METRO,
    "churn_bp >= 7000",
    "churn_bp >= 4000 and churn_bp < 7000",
    "risk_grade in ('D', 'E')",
    "risk_grade in ('A', 'B') and open_complaints = 0",
    f"loan_maturity >= {TODAY} and loan_maturity < {TODAY} + 60",
    f"loan_maturity >= {TODAY} - 30 and loan_maturity < {TODAY}",
    "nps >= 9",
    "nps <= 6",
    "products = 1",
    "products >= 4",
    "pos_volatility_bp > 6000",
    f"spend30 * 2 < spend60 and spend60 > {yuan(500)}",
    "s05 and s11 and s02",
    "s03 and balance_fen * 10 < aum_fen * 3",
    f"last_txn < {TODAY} - 180 and churn_bp >= 4000",
    "s08 and s10 and s01",
    "salary and products <= 2 and risk_grade in ('A', 'B')",
    "gender = 'F' and s07 and s10",
    "band = 'small_business' and tax_growth_bp > 1000 and pos_volatility_bp < 4000",
    "worth <= 1 and products <= 3 and not s18",
]
RULES = {
    "care": (
        ["s23", "s11 and s03", "s18 and open_complaints >= 2", "s22 and churn_bp >= 6000"],
        ["s12 and s03", f"s02 and aum_fen >= {yuan(100_000)}", "s24"],
        ["s01 and churn_bp < 2000", "s17", "worth <= 1"],
    ),
    "credit": (
        ["s15 and s13", "s16 and open_complaints = 0 and churn_bp >= 5000", f"s15 and aum_fen < {yuan(5_000)} and s19"],
        ["s15 and s11", "s15 and s06", "s16", "salary and products <= 2 and loan_maturity is null and s13"],
        ["s15", "s14 and s27", "s14 and age between 25 and 55 and loan_maturity is null"],
    ),
    "growth": (
        ["s28 and s21", "s25 and s05", "s25 and s10"],
        ["s29", "s26 and s19", "s09 and s07 and products <= 2"],
        ["s30", "s27", "s04 and s14"],
    ),
}
CANDIDATES = [
    "care = 3 and consent_call and (s07 or s05)", "care = 2 and consent_sms", "credit = 3 and consent_call", "credit = 2 and consent_sms",
    "growth = 1 and consent_email", "growth = 2 and consent_email", "s25 and consent_sms", "care = 1 and s17 and consent_email",
]


def ladder(name):
    lines = [f"when {condition} then {label}" for label, rows in zip((3, 2, 1), RULES[name]) for condition in rows]
    return f"(case {' '.join(lines)} else 0 end)::utinyint as {name}"


def flags(first, last):
    return ", ".join(f"coalesce({SEGMENTS[number - 1]}, false) as s{number:02}" for number in range(first, last + 1))


def judged(data, form):
    """Every customer with segments, ladders and candidate flags, as a chain of common tables ending in `judged`."""
    worth = " ".join(f"when {condition} then {place}" for place, condition in enumerate(WORTH_RULES))
    steps = {
        "feature": aggregates(data),
        "joined": joined(data),
        "scored": scored(form),
        "known": f"select *, (case {worth} else 7 end)::utinyint as worth from scored",
        "simple": f"select *, {flags(1, 22)} from known",
        "grouped": f"select *, {flags(23, 30)} from simple",
        "graded": f"select *, {', '.join(map(ladder, LADDERS))} from grouped",
        "judged": "select *, " + ", ".join(f"{condition} as a{place}" for place, condition in enumerate(CANDIDATES, 1)) + " from graded",
    }
    kept = {"feature", "joined"}
    return ",\n".join(f"{name} as {'materialized ' if name in kept else ''}({query})" for name, query in steps.items())


def score(weight):
    return f"1000::bigint * {weight} * (3000 + churn_bp) + least(aum_fen, 300000000)"


HASHED = "cast('0x' || substr(sha256('outreach:s0:' || customer_id), 1, 13) as bigint) % 10000"
ARM = f"case when bucket < 4500 then 'a' when bucket < 9000 then 'b' else 'control' end"
ELIGIBLE = "not suppressed and open_complaints < 3"


def capped(form):
    """At most two actions per customer, in order of priority, with arm and score; nobody in control."""
    if form == "long":
        parts = " union all ".join(
            f"select customer_id, customer_no, arm, {place} as place, {score(weight)} as score from treated where a{place}" for place, (_, weight) in enumerate(ACTIONS, 1)
        )
        treated = f"select *, {ARM} as arm from (select *, {HASHED} as bucket from judged where {ELIGIBLE})"
        return f"""treated as (select * from ({treated}) where arm <> 'control'),
          capped as (select * from ({parts}) qualify row_number() over (partition by customer_no order by place) <= 2)"""
    first = " ".join(f"when a{place} then {place}" for place in range(1, 9))
    second = " ".join(f"when a{place} and one < {place} then {place}" for place in range(2, 9))
    weights = "[" + ", ".join(str(weight) for _, weight in ACTIONS) + "]"
    return f"""
      ones as (select customer_id, customer_no, churn_bp, aum_fen, a2, a3, a4, a5, a6, a7, a8, case {first} end as one from judged where {ELIGIBLE}),
      twos as (select *, case {second} end as two, {HASHED} as bucket from ones where one is not null),
      arms as (select *, {ARM} as arm from twos),
      capped as (select customer_id, customer_no, arm, place, {score(f'{weights}[place]')} as score
                 from (select *, unnest(case when two is null then [one] else [one, two] end) as place from arms where arm <> 'control'))"""


def final(data):
    names = "[" + ", ".join(f"'{name}'" for name, _ in ACTIONS) + "]"
    quota = f"(select count(*) // 10 from read_parquet('{data}/customers.parquet'))"
    return f"select customer_id, {names}[place] as action, arm, score from (select * from capped order by score desc, customer_no, place limit {quota})"


def action_counts(connection, table):
    found = {f"{action}/{arm}": count for action, arm, count in connection.execute(f"select action, arm, count(*) from {table} group by all").fetchall()}
    return {f"{name}/{arm}": found.get(f"{name}/{arm}", 0) for name, _ in ACTIONS for arm in ("a", "b")}


def main():
    mode, data, form = sys.argv[1:4]
    connection = duckdb.connect()
    connection.execute("set preserve_insertion_order = false")
    if os.environ.get("DUCKDB_MEMORY"):
        connection.execute(f"set memory_limit = '{os.environ['DUCKDB_MEMORY']}'")
    chain = "with " + judged(data, form)
    connection.execute(f"create temp table chosen as {chain}, {capped(form)} {final(data)}")
    counts = action_counts(connection, "chosen")
    if mode == "run":
        out = sys.argv[4]
        os.makedirs(out, exist_ok=True)
        connection.execute(f"copy (select * from chosen) to '{out}/actions.parquet' (compression zstd)")
        connection.execute(f"copy (select * from chosen) to '{out}/actions.csv'")
        print(json.dumps(counts))
        return
    wanted = {f"segment/{number:02}": f"s{number:02}" for number in range(1, 31)}
    wanted |= {f"worth/{label}": f"worth = {place}" for place, label in enumerate(WORTH)}
    wanted |= {f"{name}/{label}": f"{name} = {place}" for name in LADDERS for place, label in enumerate(LABELS)}
    wanted |= {f"candidate/{name}": f"a{place}" for place, (name, _) in enumerate(ACTIONS, 1)}
    sums = ", ".join(f"count(*) filter ({condition})" for condition in wanted.values())
    row = connection.execute(f"{chain} select {sums} from judged").fetchone()
    print(json.dumps(dict(zip(wanted, row)) | {"actions": counts}))


if __name__ == "__main__":
    main()
