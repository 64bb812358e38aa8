//! Parts of sample judgements: short ways to write figures, rows and arms.

use strat::evaluate::Withheld;
use strat::evaluate::evaluation::*;

pub fn known(value: f64) -> Figure {
    Figure::Known(value)
}

pub fn none(reason: Withheld) -> Figure {
    reason.into()
}

pub fn estimate(value: f64, lower: f64, upper: f64) -> Estimate {
    Estimate { value: known(value), lower: known(lower), upper: known(upper) }
}

pub fn no_estimate(reason: Withheld) -> Estimate {
    Estimate { value: none(reason), lower: none(reason), upper: none(reason) }
}

pub fn words(en: &str, zh: &str) -> Words {
    Words::new(en, zh)
}

/// Uniform numbers from a seed, the same on every machine.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1_u64 << 31) as f64
    }

    /// Around zero, mostly within one.
    pub fn around(&mut self) -> f64 {
        self.next() + self.next() + self.next() - 1.5
    }
}

pub fn arm(name: &str, label: &str, control: bool, assigned: u64, level: Estimate) -> ArmRow {
    ArmRow {
        name: name.into(),
        label: Some(label.into()),
        control,
        share: None,
        found: none(Withheld::NoUnits),
        proposed: None,
        assigned,
        reached: if control { 0 } else { assigned * 97 / 100 },
        level,
        best: none(Withheld::NoUnits),
        loss: none(Withheld::NoUnits),
        cost: 0.0,
        staff_minutes: 0.0,
    }
}

pub fn goal(name: &str, label: &str, role: &str, unit: Unit, arm: &str, against: &str) -> GoalRow {
    GoalRow {
        name: name.into(),
        label: Some(label.into()),
        role: role.into(),
        unit,
        registered: String::new(),
        up: true,
        threshold: None,
        figure: String::new(),
        arm: arm.into(),
        against: against.into(),
        n: 0,
        n_against: 0,
        count: None,
        count_against: None,
        level: none(Withheld::NoUnits),
        level_against: none(Withheld::NoUnits),
        difference: no_estimate(Withheld::NoUnits),
        lift: no_estimate(Withheld::NoUnits),
        p: none(Withheld::NoUnits),
        p_adjusted: none(Withheld::NoUnits),
        chance: none(Withheld::NoUnits),
        detectable: none(Withheld::NoUnits),
        guard: None,
        met: Met::NotYetKnowable,
        unknown: 0,
        immature: 0,
        method: words("pooled z, Newcombe interval", "合并 z 检验，Newcombe 区间"),
        beside: Vec::new(),
    }
}

pub fn check(slug: &str, title: (&str, &str), light: Light, sentence: (&str, &str), value: f64, limit: f64) -> Check {
    Check {
        slug: slug.into(),
        title: words(title.0, title.1),
        light,
        sentence: words(sentence.0, sentence.1),
        value: known(value),
        limit: Some(limit),
    }
}

pub fn fact(what: (&str, &str), of: &str, value: f64, sign: &str, limit: f64, holds: bool) -> FindingFact {
    FindingFact { what: words(what.0, what.1), of: of.into(), value: known(value), sign: sign.into(), limit, holds }
}

pub fn finding(rule: &str, title: (&str, &str), standing: &str, facts: Vec<FindingFact>) -> Finding {
    Finding { rule: rule.into(), title: words(title.0, title.1), standing: standing.into(), facts }
}

/// A trial with nothing in it yet.
pub fn trial(name: &str, label: &str, kind: &str) -> TrialReport {
    TrialReport {
        name: name.into(),
        label: Some(label.into()),
        owner: Some("retail.growth".into()),
        kind: kind.into(),
        randomised: true,
        because: None,
        first_entry: Some("2025-06-01 00:00".into()),
        last_entry: Some("2025-06-30 00:00".into()),
        days: Some(60.0),
        alpha: 0.05,
        looks: "once".into(),
        verdict: Verdict {
            rule: "R8".into(),
            title: words("continue", "继续"),
            met: Met::NotYetKnowable,
            sentence: words("Nothing has been seen yet.", "尚无结果。"),
            action: words("wait for the first complete windows", "等待首批客户观察期满"),
            would_change: words("the first 2,000 mature customers", "首批 2,000 位成熟客户"),
            arm: None,
            findings: Vec::new(),
            by_arm: Vec::new(),
        },
        trust: Vec::new(),
        goals: Vec::new(),
        arms: Vec::new(),
        money: Vec::new(),
        over_time: Vec::new(),
        exposure: Vec::new(),
        cuts: Vec::new(),
        uplift: None,
        funnel: Vec::new(),
        survival: Vec::new(),
        adjusted: Vec::new(),
        balance: Vec::new(),
        drift: None,
        off_policy: None,
        versions: None,
        proposals: Vec::new(),
        tests: Vec::new(),
        notes: Vec::new(),
    }
}

pub fn evaluation(program: &str, trials: Vec<TrialReport>) -> Evaluation {
    let input =
        |table: &str, rows: u64, hash: &str| Input { table: table.into(), file: format!("{table}.parquet"), rows, hash: hash.repeat(8) };
    Evaluation {
        format: REPORT_FORMAT,
        program: program.into(),
        program_hash: "3f9c21d07be4a815".repeat(4),
        as_of: "2025-08-01 00:00".into(),
        inputs: vec![
            input("customers", 1_204_511, "a81c03d2"),
            input("contacts", 348_220, "77e0b41f"),
            input("responses", 51_904, "0cd29a6e"),
        ],
        trials,
        metrics: Vec::new(),
        migrations: Vec::new(),
        attributions: Vec::new(),
        lifetimes: Vec::new(),
        pacing: Vec::new(),
    }
}

/// The day so many days after 1 June 2025.
pub fn day(after: usize) -> String {
    let (month, day) = match after {
        0..30 => (6, after + 1),
        30..61 => (7, after - 29),
        _ => (8, after - 60),
    };
    format!("2025-{month:02}-{day:02}")
}

/// A difference that settles as customers come in.
pub fn series(goal: &GoalRow, days: usize, seed: u64) -> Series {
    let mut numbers = Numbers(seed);
    let end = goal.difference.value.known().unwrap_or(0.0);
    let half = goal.difference.upper.known().unwrap_or(0.0) - end;
    let point = |index: usize| {
        let part = (index + 1) as f64 / days as f64;
        let width = half / part.sqrt();
        let value = end + width * 0.45 * numbers.around() * (1.0 - part);
        SeriesPoint {
            day: day(index),
            n: (goal.n as f64 * part) as u64,
            n_against: (goal.n_against as f64 * part) as u64,
            difference: estimate(value, value - width, value + width),
        }
    };
    Series {
        goal: goal.name.clone(),
        label: goal.label.clone(),
        unit: goal.unit,
        arm: goal.arm.clone(),
        points: (0..days).map(point).collect(),
    }
}

pub fn exposure(arms: &[ArmRow], days: usize) -> Vec<ExposureDay> {
    let mut numbers = Numbers(17);
    let one = |index: usize, numbers: &mut Numbers| {
        let weekend = if index % 7 > 4 { 0.35 } else { 1.0 };
        let many =
            |arm: &ArmRow, numbers: &mut Numbers| (arm.assigned as f64 / days as f64 * weekend * (0.8 + 0.4 * numbers.next())) as u64;
        ExposureDay { day: day(index), counts: arms.iter().map(|arm| many(arm, numbers)).collect() }
    };
    (0..days).map(|index| one(index, &mut numbers)).collect()
}

pub fn cut(name: &str, label: &str, goal: &GoalRow, levels: &[(&str, &str, u64, f64)]) -> CutReport {
    let base = goal.level_against.known().unwrap_or(0.06);
    let level = |(name, label, n, difference): &(&str, &str, u64, f64)| {
        let half = 1.96 * (2.0 * (base * (1.0 - base)).abs() / *n as f64).sqrt();
        CutLevel {
            name: (*name).into(),
            label: (!label.is_empty()).then(|| (*label).into()),
            n: *n,
            n_against: *n,
            level: known(base + difference),
            level_against: known(base),
            difference: estimate(*difference, difference - half, difference + half),
            p: known(if difference.abs() > half { 0.012 } else { 0.41 }),
            p_adjusted: known(if difference.abs() > half { 0.036 } else { 0.55 }),
            shrunken: known(difference * 0.8),
        }
    };
    CutReport {
        name: name.into(),
        label: Some(label.into()),
        goal: goal.name.clone(),
        unit: goal.unit,
        arm: goal.arm.clone(),
        levels: levels.iter().map(level).collect(),
        q: known(6.31),
        q_p: known(0.043),
        i_squared: known(0.683),
        tau_squared: known(0.00004),
        stratified: goal.difference.clone(),
        sentence: words(
            "The effect differs between the values: strongest in the first, none in the last.",
            "各取值之间效果不同：首项最强，末项没有效果。",
        ),
    }
}
