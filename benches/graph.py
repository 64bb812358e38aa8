#!/usr/bin/env python3
"""A million companies, three steps along their relations: strat against the same breadth-first search by hand in DuckDB and in Polars.

usage: graph.py [--nodes 1000000] [--strat PATH] [--data DIR] [--rounds 3] [--report FILE]

The graph is a function of its size. Every contestant reads the same two Parquet files and writes how far every company is from the
nearest one at risk: 0, 1, 2, 3, or 4 for farther. All files are compared row by row before any time counts.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import duckdb
import polars as pl

from run import ROOT, measured

HERE = pathlib.Path(__file__).resolve()
STEPS = 3
LINKS = 3

PROGRAM = '''## How far every company is from one at risk.
subject companies

entity companies {
  key company_id : text
  at_risk        : bool
}

link relations {
  from src_id : text
  to dst_id   : text
  kind        : text in ["guarantee", "shareholder", "director", "supply_chain"]
}

segment risky = at_risk
feature steps = hops(relations where kind in ["guarantee", "shareholder", "supply_chain"], to risky, at most 3)

action noted { }

strategy note {
  owner "风险"  approver "合规"
  class risk
  on while steps >= 0 again always
  plan { do noted with { steps: steps } }
}
'''


def prepare(data, nodes):
    """One company in two thousand is at risk; every company has three links, a tenth of all to a few hubs."""
    if (data / "relations.parquet").exists():
        return
    data.mkdir(parents=True, exist_ok=True)
    mixed = "hash({} * 7 + {})"
    node = lambda expression: f"'E' || lpad(({expression} % {nodes})::varchar, 8, '0')"
    target = f"case when {mixed.format('i', 3)} % 10 = 0 then {mixed.format('i', 5)} % {max(nodes // 1000, 1)} else {mixed.format('i', 1)} end"
    kind = f"['guarantee', 'shareholder', 'director', 'supply_chain'][1 + ({mixed.format('i', 2)} % 4)::int]"
    duckdb.sql(f"copy (select {node('i')} as company_id, {mixed.format('i', 4)} % 2000 = 0 as at_risk from range({nodes}) t(i)) to '{data}/companies.parquet'")
    duckdb.sql(f"copy (select {node('i')} as src_id, {node(target)} as dst_id, {kind} as kind from range({nodes * LINKS}) t(i)) to '{data}/relations.parquet'")


def in_duckdb(data, out):
    """The frontier of every step from the one before, over links both ways."""
    duckdb.sql(f"""
      create table link as
        select src_id as a, dst_id as b from read_parquet('{data}/relations.parquet') where kind in ('guarantee', 'shareholder', 'supply_chain')
        union all
        select dst_id, src_id from read_parquet('{data}/relations.parquet') where kind in ('guarantee', 'shareholder', 'supply_chain')""")
    duckdb.sql(f"create table found as select company_id, 0 as steps from read_parquet('{data}/companies.parquet') where at_risk")
    for step in range(1, STEPS + 1):
        duckdb.sql(f"""
          insert into found
          select distinct link.a, {step} from link semi join (from found where steps = {step - 1}) near on link.b = near.company_id
          where link.a not in (select company_id from found)""")
    duckdb.sql(f"""
      copy (select company_id, coalesce(steps, {STEPS + 1}) as steps from read_parquet('{data}/companies.parquet') left join found using (company_id)
            order by company_id) to '{out}/steps.parquet'""")


def in_polars(data, out):
    links = pl.scan_parquet(f"{data}/relations.parquet").filter(pl.col("kind").is_in(["guarantee", "shareholder", "supply_chain"])).select("src_id", "dst_id").collect()
    links = pl.concat([links.rename({"src_id": "a", "dst_id": "b"}), links.select(pl.col("dst_id").alias("a"), pl.col("src_id").alias("b"))])
    companies = pl.read_parquet(f"{data}/companies.parquet")
    near = companies.filter("at_risk").select("company_id")
    found = near.with_columns(steps=pl.lit(0))
    for step in range(1, STEPS + 1):
        near = links.join(near, left_on="b", right_on="company_id", how="semi").select(pl.col("a").alias("company_id")).unique()
        near = near.join(found, on="company_id", how="anti")
        found = pl.concat([found, near.with_columns(steps=pl.lit(step))])
    result = companies.select("company_id").join(found, on="company_id", how="left").with_columns(pl.col("steps").fill_null(STEPS + 1))
    result.sort("company_id").write_parquet(f"{out}/steps.parquet")


def contestants(options, program):
    own = [sys.executable, str(HERE)]
    data = str(options.data)
    return {
        "polars": (own + ["--by-hand", "polars", "--data", data, "--out", "{out}"], "steps.parquet"),
        "duckdb": (own + ["--by-hand", "duckdb", "--data", data, "--out", "{out}"], "steps.parquet"),
        "strat": ([options.strat, "run", str(program), "--data", data, "--as-of", "2026-06-30", "--out", "{out}", "--forms", "parquet"], "actions.parquet"),
    }


def answer(path):
    """How many companies are so many steps away, and a sum over all rows that any other answer would change."""
    unit = "unit_id" if path.name == "actions.parquet" else "company_id"
    rows = duckdb.sql(f"select steps::int, count(*), sum(hash({unit})::hugeint)::varchar from read_parquet('{path}') group by 1 order by 1").fetchall()
    return rows


def compare(options):
    prepare(options.data, options.nodes)
    results, first = {}, None
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        program = pathlib.Path(place) / "graph.strat"
        program.write_text(PROGRAM, encoding="utf-8")
        for turn in range(options.rounds):
            for name, (command, file) in contestants(options, program).items():
                with tempfile.TemporaryDirectory(prefix="bench-") as out:
                    figures, _ = measured([part.replace("{out}", out) for part in command])
                    found = answer(pathlib.Path(out) / file)
                first = first or found
                if found != first:
                    sys.exit(f"{name} found other distances: {found} against {first}")
                results.setdefault(name, []).append(figures)
                print(f"round {turn + 1} {name}: cpu {figures['cpu']:.2f} wall {figures['wall']:.2f} peak {figures['peak'] / 2**30:.2f} GiB", file=sys.stderr)
    text = table(options, results, first)
    print(text)
    if options.report:
        pathlib.Path(options.report).write_text(text + "\n", encoding="utf-8")


def table(options, results, found):
    far = ", ".join(f"{count:,} at {steps}" for steps, count, _ in found)
    lines = [
        f"{options.nodes:,} companies, {options.nodes * LINKS:,} links; companies by steps: {far}; {os.cpu_count()} cores, {options.rounds} rounds, medians.",
        "",
        "| contestant | CPU s | wall s | peak memory GiB | CPU against polars |",
        "|---|---|---|---|---|",
    ]
    middle = lambda name, key: statistics.median(figures[key] for figures in results[name])
    for name, rounds in results.items():
        ratio = statistics.median(mine["cpu"] / base["cpu"] for mine, base in zip(rounds, results["polars"]))
        lines.append(f"| {name} | {middle(name, 'cpu'):.2f} | {middle(name, 'wall'):.2f} | {middle(name, 'peak') / 2**30:.2f} | {ratio:.2f}× |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--report")
    parser.add_argument("--strat", default=str(ROOT / "target" / "release" / "strat"))
    parser.add_argument("--by-hand", choices=["duckdb", "polars"], help=argparse.SUPPRESS)
    parser.add_argument("--out", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.data = options.data or ROOT / "out" / "bench" / f"graph_{options.nodes}"
    if options.by_hand:
        {"duckdb": in_duckdb, "polars": in_polars}[options.by_hand](options.data, options.out)
    else:
        compare(options)


if __name__ == "__main__":
    main()
