#!/usr/bin/env python3
"""Judging an experiment: strat evaluate against the same sums written by hand in Polars, in one go, in rounds.

usage: evaluation.py [--units 10000000] [--metrics 20] [--cuts 10] [--strat PATH] [--data DIR] [--rounds 3] [--report FILE]

Every unit has an arm, half of the metrics are yes or no and half are money, every cut has five levels. By hand: count, sum and sum of
squares of every metric per arm, and per arm and level of every cut, in one lazy query per cut. strat does the same and then judges:
tests, intervals, lifts, heterogeneity, decisions, and the report as JSON and HTML. No time counts before all counts and means are equal.
"""
import argparse
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

import polars as pl

ARMS = ["control", "a", "b"]
LEVELS = ["v0", "v1", "v2", "v3", "v4"]
BY_HAND = "by hand"


def generate(folder, units, metrics, cuts):
    """Every value is a function of the unit's number."""
    path = folder / "units.parquet"
    if path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    number = pl.int_range(0, units, dtype=pl.Int64, eager=True)
    frame = pl.DataFrame({"unit": number})
    mixed = lambda salt: (pl.col("unit") * 2_654_435_761 + salt * 40_503).hash(salt)
    pick = lambda values, salt: (mixed(salt) % len(values)).replace_strict(list(range(len(values))), values, return_dtype=pl.String)
    columns = [pick(ARMS, 1).alias("arm")]
    for metric in range(metrics):
        roll = mixed(100 + metric) % 10_000
        if metric % 2 == 0:
            columns.append((roll < 500 + 10 * metric).alias(f"m{metric}"))
        else:
            fen = pl.when(roll < 2_000).then((mixed(300 + metric) % 1_000_000).cast(pl.Int64)).otherwise(0)
            columns.append((fen.cast(pl.Decimal(18, 2)) / 100).cast(pl.Decimal(18, 2)).alias(f"m{metric}"))
    columns += [pick(LEVELS, 500 + cut).alias(f"c{cut}") for cut in range(cuts)]
    frame.with_columns(columns).write_parquet(path)


def program(folder, metrics, cuts):
    """The experiment in strat."""
    lines = ["subject units", 'entity units file "units" {', "  key unit : int", '  arm : text in ["control", "a", "b"]']
    lines += [f"  m{metric} : {'bool' if metric % 2 == 0 else 'money'}" for metric in range(metrics)]
    lines += [f"  c{cut} : text" for cut in range(cuts)]
    lines += ["}", "experiment bench {", '  arm arm { "a" 1/3  "b" 1/3  "control" 1/3 }', '  control "control"']
    for metric in range(metrics):
        figure, target = (f"rate(m{metric})", "+1pp") if metric % 2 == 0 else (f"mean(m{metric})", "+1元")
        lines.append(f"  goal g{metric} = {figure} target {target} vs control")
    lines += ["  judge { by " + ", ".join(f"c{cut}" for cut in range(cuts)) + " }", "}"]
    path = folder / "bench.strat"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def by_hand(folder, metrics, cuts):
    """The sums, as JSON on the output; run in a process of its own."""
    frame = pl.scan_parquet(folder / "units.parquet")
    values = [pl.col(f"m{metric}").cast(pl.Float64) for metric in range(metrics)]
    sums = [value.sum().alias(f"s{at}") for at, value in enumerate(values)]
    squares = [(value * value).sum().alias(f"q{at}") for at, value in enumerate(values)]
    queries = [frame.group_by(["arm"]).agg([pl.len().alias("n"), *sums, *squares])]
    queries += [frame.group_by(["arm", f"c{cut}"]).agg([pl.len().alias("n"), *sums, *squares]) for cut in range(cuts)]
    totals, *levels = pl.collect_all(queries, engine="streaming")
    out = {"arms": {row["arm"]: {"n": row["n"], "means": [row[f"s{at}"] / row["n"] for at in range(metrics)]} for row in totals.iter_rows(named=True)}}
    out["levels"] = {
        f"c{cut}/{row[f'c{cut}']}/{row['arm']}": {"n": row["n"], "means": [row[f"s{at}"] / row["n"] for at in range(metrics)]}
        for cut, frame in enumerate(levels)
        for row in frame.iter_rows(named=True)
    }
    json.dump(out, sys.stdout)


def judged(report, metrics):
    """The same counts and means, read from the report."""
    trial = json.loads(report.read_text(encoding="utf-8"))["trials"][0]
    out = {"arms": {}, "levels": {}}
    for row in trial["goals"]:
        for arm, n, level in ((row["arm"], row["n"], row["level"]), (row["against"], row["n_against"], row["level_against"])):
            out["arms"].setdefault(arm, {"n": n, "means": [None] * metrics})["means"][int(row["name"][1:])] = level
    for cut in trial["cuts"]:
        for level in cut["levels"]:
            for arm, n, value in ((cut["arm"], level["n"], level["level"]), ("control", level["n_against"], level["level_against"])):
                slot = out["levels"].setdefault(f"{cut['name']}/{level['name']}/{arm}", {"n": n, "means": [None] * metrics})
                slot["means"][int(cut["goal"][1:])] = value
    return out


def differences(hand, own):
    """Where the two disagree; means to nine digits, since sums of floats by hand depend on their order."""
    for part in ("arms", "levels"):
        for key, wanted in hand[part].items():
            found = own[part].get(key)
            if found is None or found["n"] != wanted["n"]:
                yield f"{key}: {wanted['n']} by hand, {found and found['n']} judged"
                continue
            for at, (left, right) in enumerate(zip(wanted["means"], found["means"])):
                if right is None or abs(left - right) > 1e-9 * max(1.0, abs(left)):
                    yield f"{key} m{at}: {left} by hand, {right} judged"


def measured(command):
    """Seconds of CPU and of wall clock, peak resident bytes, and what it printed."""
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
    return {"cpu": usage.ru_utime + usage.ru_stime, "wall": wall, "peak": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)}, text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=10_000_000)
    parser.add_argument("--metrics", type=int, default=20)
    parser.add_argument("--cuts", type=int, default=10)
    parser.add_argument("--strat", default="target/release/strat")
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--report", type=pathlib.Path)
    parser.add_argument("--hand", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    folder = options.data or pathlib.Path("out") / f"evaluation_{options.units}"
    if options.hand:
        return by_hand(folder, options.metrics, options.cuts)
    generate(folder, options.units, options.metrics, options.cuts)
    entry = program(folder, options.metrics, options.cuts)
    shape = ["--units", str(options.units), "--metrics", str(options.metrics), "--cuts", str(options.cuts), "--data", str(folder)]
    hand = [sys.executable, __file__, "--hand", *shape]
    figures = {BY_HAND: [], "strat": []}
    sizes = {}
    for round_ in range(options.rounds + 1):
        with tempfile.TemporaryDirectory(prefix="bench-") as out:
            judge = [options.strat, "evaluate", str(entry), "--data", str(folder), "--as-of", "2026-06-30", "--out", f"{out}/report", "--forms", "json,html"]
            one, text = measured(hand)
            two, _ = measured(judge)
            report = pathlib.Path(out) / "report"
            if round_ == 0:
                wrong = list(differences(json.loads(text), judged(report / "report.json", options.metrics)))
                if wrong:
                    sys.exit("\n".join(wrong[:20]))
                sizes = {path.name: path.stat().st_size for path in report.iterdir()}
                continue
            figures[BY_HAND].append(one)
            figures["strat"].append(two)
    median = lambda name, figure: statistics.median(run[figure] for run in figures[name])
    ratio = lambda figure: statistics.median(own[figure] / base[figure] for own, base in zip(figures["strat"], figures[BY_HAND]))
    lines = [f"{options.units:,} units, {options.metrics} metrics, {options.cuts} cuts of {len(LEVELS)} levels, {len(ARMS)} arms, {options.rounds} rounds", ""]
    lines += ["| | CPU s | wall s | peak GiB |", "|---|---|---|---|"]
    for name in (BY_HAND, "strat"):
        lines.append(f"| {name} | {median(name, 'cpu'):.1f} | {median(name, 'wall'):.1f} | {median(name, 'peak') / 2**30:.2f} |")
    lines.append(f"| ratio | {ratio('cpu'):.2f} | {ratio('wall'):.2f} | {ratio('peak'):.2f} |")
    lines += ["", ", ".join(f"{name} {size:,} bytes" for name, size in sorted(sizes.items()))]
    text = "\n".join(lines) + "\n"
    print(text)
    if options.report:
        options.report.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
