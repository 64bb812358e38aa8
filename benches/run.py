#!/usr/bin/env python3
"""Runs the contestants of the benchmark against each other in one go, in rounds, and prints a markdown table.

usage: run.py prepare --size 1m|10m --polars PATH [--data DIR]
       run.py compare --size 1m|10m --polars PATH [--strat PATH] [--data DIR] [--rounds 3] [--only NAME,NAME] [--report FILE]

Needs the release builds of strat and of polars_wide, and the Python packages duckdb and polars. README.md beside this file says what is measured.
"""
import argparse
import json
import os
import pathlib
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

import duckdb

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
SIZES = {"10k": (10_000, 50_000), "1m": (1_000_000, 5_000_000), "10m": (10_000_000, 50_000_000)}
BASE = "polars"
STRAT = "{strat} run {workload} --data {data} --as-of 2026-06-30 --out {out} --forms parquet"


def contestants(options):
    """Name -> (command that prints all counts or None, command that runs from files to files)."""
    data = str(options.data)
    script = [sys.executable, str(HERE / "duckdb_contestant.py")]
    found = {"polars": ([options.polars, "count", data], [options.polars, "run", data, "{out}"])}
    long = [sys.executable, str(HERE / "polars_long.py")]
    found["polars long"] = (long + ["count", data], long + ["run", data, "{out}"])
    for form in ("wide", "long"):
        found[f"duckdb {form}"] = (script + ["count", data, form], script + ["run", data, form, "{out}"])
    # The strategy is the same at every size but for the number of places, a tenth of the customers.
    places = SIZES[options.size][0] // 10
    text, count = re.subn(r"(?m)^param places = [0-9_]+", f"param places = {places}", (HERE / "workload.strat").read_text(encoding="utf-8"))
    if count != 1:
        sys.exit("workload.strat does not say how many places there are")
    workload = options.data.with_name(f"workload_{options.size}.strat")
    workload.write_text(text, encoding="utf-8")
    line = options.strat_command.format(strat=shlex.quote(options.strat), workload=shlex.quote(str(workload)), data=shlex.quote(data), out="{out}")
    found["strat"] = (None, shlex.split(line))
    only = set(options.only.split(",")) if options.only else set(found)
    return {name: commands for name, commands in found.items() if name in only}


def measured(command):
    """Runs a command to its end: seconds of CPU, seconds of wall clock, peak resident bytes, and what it printed."""
    with tempfile.TemporaryFile() as printed:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=printed)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"failed with {process.returncode}: {shlex.join(command)}")
        printed.seek(0)
        text = printed.read().decode()
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"cpu": usage.ru_utime + usage.ru_stime, "wall": wall, "peak": peak}, text


def actions_written(folder):
    """Counts of `template/arm` in the action list that strat wrote, read by another engine."""
    rows = duckdb.sql(f"select template_id || '/' || arm, count(*) from read_parquet('{folder}/actions.parquet') group by all").fetchall()
    return dict(rows)


def run_once(name, command):
    """One measured run into a fresh folder, with the counts of its actions."""
    with tempfile.TemporaryDirectory(prefix="bench-") as out:
        figures, text = measured([part.replace("{out}", out) for part in command])
        counts = actions_written(out) if name == "strat" else json.loads(text)
    return figures, {key: count for key, count in counts.items() if count}


def differing(expected, found):
    return [f"{key}: {expected.get(key)} against {found.get(key)}" for key in sorted(expected.keys() | found.keys()) if expected.get(key) != found.get(key)]


def check_counts(players):
    """All counts of all contestants that can print them must be equal before any time is taken. Returns the counts of actions."""
    known = {}
    for name, (count, _) in players.items():
        if count is not None:
            known[name] = json.loads(measured(count)[1])
    if not known:
        return None
    first, expected = next(iter(known.items()))
    for name, found in known.items():
        wrong = differing(expected, found)
        if wrong:
            sys.exit(f"{first} and {name} disagree:\n  " + "\n  ".join(wrong[:20]))
    total = len(expected) - 1 + len(expected["actions"])
    print(f"counts: {total} numbers equal in {', '.join(known)}", file=sys.stderr)
    return {key: count for key, count in expected["actions"].items() if count}


def compare(options):
    players = contestants(options)
    expected = check_counts(players)
    results = {name: [] for name in players}
    names = list(players)
    for turn in range(options.rounds):
        # Everyone goes first once: a warm cache or a throttled core favours nobody.
        for name in names[turn % len(names):] + names[: turn % len(names)]:
            figures, counts = run_once(name, players[name][1])
            if expected is not None and (wrong := differing(expected, counts)):
                sys.exit(f"{name} wrote other actions:\n  " + "\n  ".join(wrong[:20]))
            results[name].append(figures)
            print(f"round {turn + 1} {name}: cpu {figures['cpu']:.2f} wall {figures['wall']:.2f} peak {figures['peak'] / 2**30:.2f} GiB", file=sys.stderr)
    text = table(results, options)
    print(text)
    if options.report:
        pathlib.Path(options.report).write_text(text + "\n", encoding="utf-8")


def table(results, options):
    """Medians, and the median over rounds of the ratio to the base taken in the same round."""
    customers, transactions = SIZES[options.size]
    lines = [
        f"{customers:,} customers, {transactions:,} transactions, files to files, {os.cpu_count()} cores, {options.rounds} rounds; median (lowest–highest).",
        "",
        f"| contestant | CPU s | wall s | peak memory GiB | CPU against {BASE} | wall against {BASE} |",
        "|---|---|---|---|---|---|",
    ]
    base = results.get(BASE)
    for name, rounds in results.items():
        spread = lambda key, scale=1: (lambda values: f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})")([figures[key] / scale for figures in rounds])
        ratio = lambda key: f"{statistics.median(mine[key] / other[key] for mine, other in zip(rounds, base)):.2f}×" if base else "–"
        lines.append(f"| {name} | {spread('cpu')} | {spread('wall')} | {spread('peak', 2**30)} | {ratio('cpu')} | {ratio('wall')} |")
    return "\n".join(lines)


def prepare(options):
    customers, transactions = SIZES[options.size]
    if (options.data / "transactions.parquet").exists():
        return print(f"{options.data} is there already", file=sys.stderr)
    part = options.data.with_name(options.data.name + ".part")
    subprocess.run([options.polars, "generate", str(part), str(customers), str(transactions)], check=True)
    part.rename(options.data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["prepare", "compare"])
    parser.add_argument("--size", choices=list(SIZES), default="1m")
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only")
    parser.add_argument("--report")
    parser.add_argument("--polars", help="the binary that cargo bench --no-run --bench polars_wide printed")
    parser.add_argument("--strat", default=str(ROOT / "target" / "release" / "strat"))
    parser.add_argument("--strat-command", default=STRAT)
    options = parser.parse_args()
    options.data = options.data or ROOT / "out" / "bench" / options.size
    options.data.parent.mkdir(parents=True, exist_ok=True)
    if options.step == "prepare":
        prepare(options)
    else:
        compare(options)


if __name__ == "__main__":
    main()
