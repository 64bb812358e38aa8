#!/usr/bin/env python3
"""Two hundred strategies in one pass against running them one by one, and what one strategy more costs.

usage: strategies.py --size 1m [--strat PATH] [--data DIR] [--singles 8] [--rounds 2] [--report FILE]

Needs the data that `run.py prepare` made. The strategies are a function of their numbers. Who is assigned in each is first counted
by hand in DuckDB; every run of strat, of one strategy or of many, must assign exactly as many before its time counts.
"""
import argparse
import json
import os
import pathlib
import statistics
import sys
import tempfile

import duckdb

from run import ROOT, SIZES, differing, measured

TODAY = "DATE '2026-07-01'"
NOW = "TIMESTAMP '2026-07-01 00:00:00'"
COUNTS = (1, 50, 200)
CITIES = ["北京", "上海", "广州", "深圳", "杭州"]

BANK = '''## What all strategies of the benchmark share: the tables, the facts, and the rules of the house.
subject customers

entity customers {
  key customer_id   : text
  age               : int
  city              : text
  aum               : money
  risk_grade        : text in ["A", "B", "C", "D", "E"]
  churn_bp          : int
  consent_sms       : bool
  suppressed        : bool
  products          : int
  open_complaints   : int
}

event transactions {
  customer_id : ref customers as customer
  at ts       : time
  amount      : money
  kind        : text in ["purchase", "transfer", "withdrawal", "fee", "salary"]
}

channel sms

feature recency   = days since latest(transactions.ts)
feature frequency = count(transactions where kind = "purchase", last 365 days)
feature monetary  = sum(transactions.amount where kind = "purchase", last 365 days) ?? 0元
feature r = quintile(recency, best: low, missing: worst)
feature f = quintile(frequency, best: high)
feature m = quintile(monetary, best: high)

tiers worth best first {
  champion when r >= 4 and f >= 4 and m >= 4
  loyal    when f >= 4 and r >= 3
  at_risk  when r <= 2 and f >= 3
  other    otherwise
}

policy house always {
  consent     { exclude no_consent when not consent_sms }
  eligibility { exclude suppressed when suppressed   exclude complaints when open_complaints >= 3 }CAP
}
'''

# The worth labels by the same rules, r and f and m being found by selection of breakpoints.
WORTH = "case when r >= 4 and f >= 4 and m >= 4 then 'champion' when f >= 4 and r >= 3 then 'loyal' when r <= 2 and f >= 3 then 'at_risk' else 'other' end"


def draw(number, salt, options):
    """A choice that depends on the number of the strategy alone."""
    state = (number * 2_654_435_761 + salt * 40_503 + 12_345) % 2**32
    state = (state ^ (state >> 15)) * 2_246_822_519 % 2**32
    return options[(state ^ (state >> 13)) % len(options)]


def conditions(number):
    """The trigger of a strategy: pairs of a condition in strat and the same in SQL. The last third has a fact of its own."""
    low = draw(number, 1, range(18, 70))
    churn = draw(number, 2, range(0, 8_600, 100))
    found = [
        (f"{low} <= age < {low + 10}", f"age >= {low} and age < {low + 10}"),
        (f"{churn} <= churn_bp < {churn + 1_400}", f"churn_bp >= {churn} and churn_bp < {churn + 1_400}"),
    ]
    amount = draw(number, 3, [5_000, 20_000, 100_000, 400_000])
    score = draw(number, 4, [2, 3, 4])
    label = draw(number, 5, ["champion", "loyal", "at_risk"])
    products = draw(number, 6, [2, 3, 4])
    cities = [draw(number, 7, CITIES), draw(number, 8, CITIES)]
    window = draw(number, 9, range(7, 360, 7))
    kind = draw(number, 10, ["transfer", "withdrawal", "salary"])
    found.append([
        (f"aum >= {amount}元", f"aum_fen >= {amount * 100}"),
        (f"bank.m >= {score}", f"m >= {score}"),
        (f"bank.worth = {label}", f"worth = '{label}'"),
        (f"products <= {products} and not (city in [\"{cities[0]}\", \"{cities[1]}\"])", f"products <= {products} and city not in ('{cities[0]}', '{cities[1]}')"),
        (f"bank.frequency >= {score} and risk_grade in [\"A\", \"B\", \"C\"]", f"frequency >= {score} and risk_grade in ('A', 'B', 'C')"),
    ][number % 5])
    if number % 3 == 0:
        found.append((f"exists(transactions where kind = \"{kind}\", last {window} days)", f"seen_{kind} >= {NOW} - interval {window} day"))
    return found


def source(number):
    name = f"s{number:03}"
    trigger = " and ".join(text for text, _ in conditions(number))
    return f'''use bank
subject customers

template t{number:03} for sms = "您好，本月活动已开始"

strategy {name} {{
  owner "零售"  approver "合规"
  class service  purpose "marketing"
  on while {trigger} again always
  arms {{ a 45%  b 45%  control 10% }}
  plan {{ send sms using t{number:03} }}
}}
'''


def write_programs(folder, numbers, capped):
    """One file a strategy, and the module they share."""
    folder.mkdir(parents=True, exist_ok=True)
    cap = "\n  contact     { at most 2 contacts in any 7 days }" if capped else ""
    (folder / "bank.strat").write_text(BANK.replace("CAP", cap), encoding="utf-8")
    for number in numbers:
        (folder / f"s{number:03}.strat").write_text(source(number), encoding="utf-8")
    return folder


def by_hand(data, numbers):
    """How many customers each strategy assigns, counted by DuckDB."""
    score = lambda column, name: "1 + " + " + ".join(f"({column} > q_{column}[{place}])::int" for place in range(1, 5)) + f" as {name}"
    values = ("fresh", "frequency", "monetary")
    seen = ", ".join(f"max(ts) filter (kind = '{kind}') as seen_{kind}" for kind in ("transfer", "withdrawal", "salary"))
    bought = f"kind = 'purchase' and ts >= {NOW} - interval 365 day"
    points = ", ".join(f"quantile_disc({column}, [0.2, 0.4, 0.6, 0.8]) as q_{column}" for column in values)
    matches = ", ".join(f"count(*) filter ({' and '.join(f'({sql})' for _, sql in conditions(number))}) as s{number:03}" for number in numbers)
    query = f"""
      with feature as (
        select customer_id, (epoch_ms({NOW}) - epoch_ms(max(ts))) // 86400000 as recency, count(*) filter ({bought}) as frequency,
               coalesce(sum(amount_fen) filter ({bought}), 0)::bigint as monetary, {seen}
        from read_parquet('{data}/transactions.parquet') where ts < {NOW} group by customer_id
      ), joined as (
        select c.*, coalesce(recency, 4000000000) as recency, -coalesce(recency, 4000000000) as fresh, coalesce(frequency, 0) as frequency,
               coalesce(monetary, 0) as monetary, seen_transfer, seen_withdrawal, seen_salary
        from read_parquet('{data}/customers.parquet') c left join feature using (customer_id)
      ), scored as (
        select *, {score('fresh', 'r')}, {score('frequency', 'f')}, {score('monetary', 'm')} from joined, (select {points} from joined)
      ), labelled as (select *, {WORTH} as worth from scored)
      select {matches} from labelled where consent_sms and not suppressed and open_complaints < 3"""
    row = duckdb.sql(query)
    return {name: count for name, count in zip(row.columns, row.fetchall()[0]) if count}


def assigned(folder):
    return dict(duckdb.sql(f"select experiment, count(*) from read_parquet('{folder}/assignments.parquet') group by all").fetchall())


def timed(options, program, expected, what):
    """One run from files to files; who is assigned must be what DuckDB counted."""
    with tempfile.TemporaryDirectory(prefix="bench-") as out:
        command = [options.strat, "run", str(program), "--data", str(options.data), "--as-of", "2026-06-30", "--out", out, "--forms", "parquet"]
        figures, _ = measured(command)
        if wrong := differing(expected, assigned(out)):
            sys.exit(f"{what} assigned others:\n  " + "\n  ".join(wrong[:20]))
        figures["steps"] = json.loads((pathlib.Path(out) / "timings.json").read_text())
        figures["actions"] = duckdb.sql(f"select count(*) from read_parquet('{out}/actions.parquet')").fetchall()[0][0]
    print(f"{what}: cpu {figures['cpu']:.2f} wall {figures['wall']:.2f} peak {figures['peak'] / 2**30:.2f} GiB {figures['steps']}", file=sys.stderr)
    return figures


def compare(options):
    most = max(COUNTS)
    numbers = range(1, most + 1)
    expected = by_hand(options.data, numbers)
    print(f"{sum(expected.values()):,} assignments of {len(expected)} strategies counted by hand", file=sys.stderr)
    rows, singles = {}, {}
    with tempfile.TemporaryDirectory(prefix="programs-") as place:
        for turn in range(options.rounds):
            for count in COUNTS:
                some = {name: number for name, number in expected.items() if int(name[1:]) <= count}
                folder = write_programs(pathlib.Path(place) / f"together{count}", range(1, count + 1), False)
                rows.setdefault(count, []).append(timed(options, folder, some, f"{count} together"))
            folder = write_programs(pathlib.Path(place) / "capped", numbers, True)
            rows.setdefault("capped", []).append(timed(options, folder, expected, f"{most} together, one cap"))
            if turn == 0:
                step = most // options.singles
                for number in range(step, most + 1, step):
                    program = write_programs(pathlib.Path(place) / "single", [number], False) / f"s{number:03}.strat"
                    own = {name: count for name, count in expected.items() if name == f"s{number:03}"}
                    singles[number] = timed(options, program, own, f"strategy {number} alone")
    text = table(options, rows, singles)
    print(text)
    if options.report:
        pathlib.Path(options.report).write_text(text + "\n", encoding="utf-8")


def table(options, rows, singles):
    customers, transactions = SIZES[options.size]
    best = lambda count, key: statistics.median(figures[key] for figures in rows[count])
    most = max(COUNTS)
    lines = [
        f"{customers:,} customers, {transactions:,} transactions, files to files, {os.cpu_count()} cores, {options.rounds} rounds, medians.",
        "",
        "| strategies | CPU s | wall s | peak memory GiB | actions |",
        "|---|---|---|---|---|",
    ]
    names = {count: f"{count} in one pass" for count in COUNTS} | {"capped": f"{most} in one pass, at most 2 contacts a person"}
    for count, name in names.items():
        actions = rows[count][0]["actions"]
        lines.append(f"| {name} | {best(count, 'cpu'):.2f} | {best(count, 'wall'):.2f} | {best(count, 'peak') / 2**30:.2f} | {actions:,} |")
    single = {key: statistics.median(figures[key] for figures in singles.values()) for key in ("cpu", "wall")}
    lines.append(f"| {most} one by one (median of {len(singles)} times {most}) | {single['cpu'] * most:.0f} | {single['wall'] * most:.0f} | – | – |")
    slope = lambda key, low, high: (best(high, key) - best(low, key)) / (high - low)
    pairs = list(zip(COUNTS, COUNTS[1:]))
    lines += ["", f"One by one against one pass: {single['cpu'] * most / best(most, 'cpu'):.1f}× CPU, {single['wall'] * most / best(most, 'wall'):.1f}× wall."]
    lines += [f"A strategy more, from {low} to {high}: {1000 * slope('cpu', low, high):.0f} ms CPU, {1000 * slope('wall', low, high):.0f} ms wall." for low, high in pairs]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=list(SIZES), default="1m")
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--singles", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--report")
    parser.add_argument("--strat", default=str(ROOT / "target" / "release" / "strat"))
    options = parser.parse_args()
    options.data = options.data or ROOT / "out" / "bench" / options.size
    compare(options)


if __name__ == "__main__":
    main()
