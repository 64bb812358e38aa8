#!/usr/bin/env python3
"""Thirty days of the sample bank in one replay against thirty runs with a ledger.

usage: replay.py [--customers 100000] [--strat PATH] [--data DIR] [--days 30] [--rounds 1] [--report FILE]

The strategies are those of examples/sample_bank: three waves over ten days, and a rate for the first hundred. Every day of the replay
must send exactly what the run of that day sends before any time counts.
"""
import argparse
import datetime
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

import duckdb

from run import ROOT, differing, measured

PROGRAM = ROOT / "examples" / "sample_bank" / "sample_bank.strat"
FIRST = datetime.date(2025, 6, 1)


def prepare(options):
    if not options.data.exists():
        part = options.data.with_name(options.data.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        subprocess.run([options.strat, "sample", "--customers", str(options.customers), "--tables", "parquet", "--out", str(part)], check=True)
        part.rename(options.data)


def sent(path):
    """What a list sends: a count and a sum that any other list would change."""
    if path.stat().st_size == 0:
        return {}
    reader = f"read_csv('{path}', all_varchar = true)" if path.suffix == ".csv" else f"read_parquet('{path}')"
    rows = duckdb.sql(f"select template_id, count(*), sum(hash(unit_id || template_id)::hugeint)::varchar from {reader} group by all").fetchall()
    return {template: (count, total) for template, count, total in rows}


def replayed(options, days):
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        out = pathlib.Path(place) / "replay"
        command = [options.strat, "replay", str(PROGRAM), "--data", str(options.data), "--from", str(days[0]), "--to", str(days[-1]), "--out", str(out)]
        figures, _ = measured(command)
        return figures, {str(day): sent(out / "actions" / f"{day}.csv") for day in days}


def one_by_one(options, days):
    total, found = {"cpu": 0.0, "wall": 0.0, "peak": 0}, {}
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        out, ledger = pathlib.Path(place) / "out", pathlib.Path(place) / "ledger"
        for day in days:
            command = [options.strat, "run", str(PROGRAM), "--data", str(options.data), "--as-of", str(day), "--out", str(out), "--ledger", str(ledger), "--forms", "parquet"]
            figures, _ = measured(command + (["--since", str(days[0] - datetime.timedelta(days=1))] if day == days[0] else []))
            total = {"cpu": total["cpu"] + figures["cpu"], "wall": total["wall"] + figures["wall"], "peak": max(total["peak"], figures["peak"])}
            found[str(day)] = sent(out / "actions.parquet")
    return total, found


def compare(options):
    prepare(options)
    days = [FIRST + datetime.timedelta(days=day) for day in range(options.days)]
    results = {}
    for turn in range(options.rounds):
        first = None
        for name, player in (("one replay", replayed), (f"{options.days} runs with a ledger", one_by_one)):
            figures, found = player(options, days)
            first = first or found
            if wrong := differing(first, found):
                sys.exit(f"{name} sends something else:\n  " + "\n  ".join(wrong[:10]))
            results.setdefault(name, []).append(figures)
            print(f"round {turn + 1} {name}: cpu {figures['cpu']:.2f} wall {figures['wall']:.2f} peak {figures['peak'] / 2**30:.2f} GiB", file=sys.stderr)
    text = table(options, results, first)
    print(text)
    if options.report:
        pathlib.Path(options.report).write_text(text + "\n", encoding="utf-8")


def table(options, results, found):
    actions = sum(count for day in found.values() for count, _ in day.values())
    # One file, or a folder of parts.
    files = sorted(str(path) for path in options.data.glob("transactions*/*.parquet")) or [str(options.data / "transactions.parquet")]
    rows = duckdb.sql(f"select count(*) from read_parquet({files})").fetchall()[0][0]
    lines = [
        f"{options.customers:,} customers, {rows:,} transactions, {options.days} days, {actions:,} actions; {os.cpu_count()} cores, {options.rounds} rounds, medians.",
        "",
        "| what | CPU s | wall s | CPU s a day | peak memory GiB |",
        "|---|---|---|---|---|",
    ]
    for name, rounds in results.items():
        cpu, wall, peak = (statistics.median(figures[key] for figures in rounds) for key in ("cpu", "wall", "peak"))
        lines.append(f"| {name} | {cpu:.1f} | {wall:.1f} | {cpu / options.days:.2f} | {peak / 2**30:.2f} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--report")
    parser.add_argument("--strat", default=str(ROOT / "target" / "release" / "strat"))
    options = parser.parse_args()
    options.data = options.data or ROOT / "out" / "bench" / f"bank_{options.customers}"
    options.data.parent.mkdir(parents=True, exist_ok=True)
    compare(options)


if __name__ == "__main__":
    main()
