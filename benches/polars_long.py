#!/usr/bin/env python3
"""The benchmark strategy in Python Polars, in the long form that most people write: scores by rank, one row per candidate action, a rank within
each customer for the cap.

usage: polars_long.py count DATA          prints every count of the strategy as JSON
       polars_long.py run   DATA OUT      writes OUT/actions.parquet and OUT/actions.csv, prints their counts
"""
import datetime as dt
import hashlib
import json
import os
import sys

import polars as pl
from polars import col, lit, when

TODAY = dt.date(2026, 7, 1)
NOW = dt.datetime(2026, 7, 1)
NEVER = -4_000_000_000_000
WORTH = ["champion", "loyal", "potential", "fresh", "promising", "attention", "at_risk", "hibernating"]
LABELS = ["none", "green", "yellow", "red"]
ACTIONS = {
    "manager_call": 50, "retention_text": 30, "loan_call": 40, "loan_text": 25,
    "upsell_mail": 20, "cross_mail": 18, "winback_text": 22, "thanks_mail": 5,
}


def day(offset):
    return TODAY + dt.timedelta(days=offset)


def features(data):
    age = lambda days: NOW - dt.timedelta(days=days)
    bought = (col("kind") == "purchase") & (col("ts") >= age(365))
    lately = bought & (col("ts") >= age(30))
    before = bought & (col("ts") >= age(60)) & (col("ts") < age(30))
    return pl.scan_parquet(f"{data}/transactions.parquet").group_by("customer_no").agg(
        recency=-((lit(NOW) - col("ts").max()).dt.total_milliseconds() // 86_400_000),
        frequency=bought.sum().cast(pl.Int64),
        monetary=col("amount_fen").filter(bought).sum(),
        spend30=col("amount_fen").filter(lately).sum(),
        spend60=col("amount_fen").filter(before).sum(),
    )


def scored(data):
    filled = [col("recency").fill_null(NEVER)] + [col(name).fill_null(0) for name in ("frequency", "monetary", "spend30", "spend60")]
    fifth = lambda name: 1 + 5 * (col(name).rank("min").cast(pl.Int64) - 1) // pl.len()
    customers = pl.scan_parquet(f"{data}/customers.parquet").join(features(data), on="customer_no", how="left").with_columns(filled)
    r, f, m = col("r"), col("f"), col("m")
    rules = [
        (r >= 4) & (f >= 4) & (m >= 4), (f >= 4) & (r >= 3), (r >= 4) & f.is_between(2, 3), (r == 5) & (f == 1), (r == 4) & (f == 1),
        (r == 3) & (f <= 3), (r <= 2) & (f >= 3),
    ]
    return customers.with_columns(r=fifth("recency"), f=fifth("frequency"), m=fifth("monetary")).with_columns(worth=first_match(rules, WORTH))


def first_match(rules, labels):
    chain = None
    for rule, label in zip(rules, labels):
        chain = (when(rule) if chain is None else chain.when(rule)).then(lit(label))
    return chain.otherwise(lit(labels[len(rules)]))


def s(number):
    return col(f"s{number:02}")


def segments():
    low_nps = (col("nps") <= 6).fill_null(False)
    simple = [
        (col("last_login") >= day(-30)) & (col("last_login") < TODAY),
        col("last_login") < day(-90),
        (col("app_seconds_last") > 600) & (2 * col("app_seconds_this") < col("app_seconds_last")),
        (col("app_seconds_this") > 600) & (2 * col("app_seconds_this") > 3 * col("app_seconds_last")),
        col("aum_fen") >= 100_000_000,
        (col("aum_fen") >= 10_000_000) & (col("aum_fen") < 100_000_000),
        col("band").is_in(["private", "affluent"]),
        col("age").is_between(18, 27),
        col("age") >= 60,
        col("city").is_in(["北京", "上海", "广州", "深圳", "杭州"]),
        col("churn_bp") >= 7000,
        (col("churn_bp") >= 4000) & (col("churn_bp") < 7000),
        col("risk_grade").is_in(["D", "E"]),
        col("risk_grade").is_in(["A", "B"]) & (col("open_complaints") == 0),
        (col("loan_maturity") >= TODAY) & (col("loan_maturity") < day(60)),
        (col("loan_maturity") >= day(-30)) & (col("loan_maturity") < TODAY),
        col("nps") >= 9,
        low_nps,
        col("products") == 1,
        col("products") >= 4,
        col("pos_volatility_bp") > 6000,
        (2 * col("spend30") < col("spend60")) & (col("spend60") > 50_000),
    ]
    built = [
        s(5) & s(11) & s(2),
        s(3) & (10 * col("balance_fen") < 3 * col("aum_fen")),
        (col("last_txn") < day(-180)) & (col("churn_bp") >= 4000),
        s(8) & s(10) & s(1),
        col("salary") & (col("products") <= 2) & col("risk_grade").is_in(["A", "B"]),
        (col("gender") == "F") & s(7) & s(10),
        (col("band") == "small_business") & (col("tax_growth_bp") > 1000) & (col("pos_volatility_bp") < 4000),
        col("worth").is_in(["champion", "loyal"]) & (col("products") <= 3) & ~s(18),
    ]
    named = lambda rules, first: [rule.fill_null(False).alias(f"s{number:02}") for number, rule in enumerate(rules, first)]
    return named(simple, 1), named(built, 23)


def ladders():
    none = col("loan_maturity").is_null()
    rows = {
        "care": (
            [s(23), s(11) & s(3), s(18) & (col("open_complaints") >= 2), s(22) & (col("churn_bp") >= 6000)],
            [s(12) & s(3), s(2) & (col("aum_fen") >= 10_000_000), s(24)],
            [s(1) & (col("churn_bp") < 2000), s(17), col("worth").is_in(["champion", "loyal"])],
        ),
        "credit": (
            [s(15) & s(13), s(16) & (col("open_complaints") == 0) & (col("churn_bp") >= 5000), s(15) & (col("aum_fen") < 500_000) & s(19)],
            [s(15) & s(11), s(15) & s(6), s(16), col("salary") & (col("products") <= 2) & none & s(13)],
            [s(15), s(14) & s(27), s(14) & col("age").is_between(25, 55) & none],
        ),
        "growth": (
            [s(28) & s(21), s(25) & s(5), s(25) & s(10)],
            [s(29), s(26) & s(19), s(9) & s(7) & (col("products") <= 2)],
            [s(30), s(27), s(4) & s(14)],
        ),
    }
    for name, (red, yellow, green) in rows.items():
        rules = red + yellow + green
        labels = ["red"] * len(red) + ["yellow"] * len(yellow) + ["green"] * len(green) + ["none"]
        yield first_match(rules, labels).alias(name)


def judged(data):
    care, credit, growth = col("care"), col("credit"), col("growth")
    wanted = {
        "manager_call": (care == "red") & col("consent_call") & (s(7) | s(5)),
        "retention_text": (care == "yellow") & col("consent_sms"),
        "loan_call": (credit == "red") & col("consent_call"),
        "loan_text": (credit == "yellow") & col("consent_sms"),
        "upsell_mail": (growth == "green") & col("consent_email"),
        "cross_mail": (growth == "yellow") & col("consent_email"),
        "winback_text": s(25) & col("consent_sms"),
        "thanks_mail": (care == "green") & s(17) & col("consent_email"),
    }
    simple, built = segments()
    return scored(data).with_columns(simple).with_columns(built).with_columns(ladders()).with_columns(**wanted)


def arm(customer):
    bucket = int(hashlib.sha256(f"outreach:s0:{customer}".encode()).hexdigest()[:13], 16) % 10_000
    return "a" if bucket < 4500 else "b" if bucket < 9000 else "control"


def chosen(people):
    eligible = people.filter(~col("suppressed"), col("open_complaints") < 3)
    parts = []
    for place, (name, weight) in enumerate(ACTIONS.items(), 1):
        score = 1000 * weight * (3000 + col("churn_bp").cast(pl.Int64)) + pl.min_horizontal(col("aum_fen"), 300_000_000)
        parts.append(eligible.filter(col(name)).select("customer_id", "customer_no", action=lit(name), place=lit(place), score=score))
    rows = pl.concat(parts)
    rows = rows.filter(col("place").rank("ordinal").over("customer_no") <= 2)
    rows = rows.with_columns(arm=col("customer_id").map_elements(arm, return_dtype=pl.String)).filter(col("arm") != "control")
    rows = rows.sort(["score", "customer_no", "place"], descending=[True, False, False]).head(people.height // 10)
    return rows.select("customer_id", "action", "arm", "score")


def main():
    mode, data = sys.argv[1:3]
    people = judged(data).collect()
    rows = chosen(people)
    found = {f"{action}/{arm}": count for action, arm, count in rows.group_by("action", "arm").len().iter_rows()}
    counts = {f"{name}/{arm}": found.get(f"{name}/{arm}", 0) for name in ACTIONS for arm in ("a", "b")}
    if mode == "run":
        out = sys.argv[3]
        os.makedirs(out, exist_ok=True)
        rows.write_parquet(f"{out}/actions.parquet")
        rows.write_csv(f"{out}/actions.csv")
        print(json.dumps(counts))
        return
    wanted = {f"segment/{number:02}": s(number) for number in range(1, 31)}
    wanted |= {f"worth/{label}": col("worth") == label for label in WORTH}
    wanted |= {f"{name}/{label}": col(name) == label for name in ("care", "credit", "growth") for label in LABELS}
    wanted |= {f"candidate/{name}": col(name) for name in ACTIONS}
    row = people.select(**{name: rule.sum() for name, rule in wanted.items()}).row(0, named=True)
    print(json.dumps(row | {"actions": counts}))


if __name__ == "__main__":
    main()
