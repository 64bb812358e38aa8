//! How far budgets and places have gone beside the time that is over: shown, never judged.

use crate::evaluate::evaluation::{Figure, Light, Pace, Unit, Words};
use crate::evaluate::withheld::Withheld;

use super::print;

/// Used up so much faster than time goes that it is watched.
const AHEAD: f64 = 0.1;

/// What is known of one limited thing as of an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct PaceRequest<'a> {
    /// `budget` or `places`.
    pub what: &'a str,
    pub name: &'a str,
    pub label: Option<&'a str>,
    pub window: &'a str,
    /// In units of the page.
    pub unit: Unit,
    pub whole: f64,
    pub left: f64,
    /// First and last day it is for, both in, and the day of the instant: days since 1970.
    pub days: Option<(i64, i64)>,
    pub today: i64,
}

/// One row of the section.
#[must_use]
pub fn pace(request: &PaceRequest) -> Pace {
    let used = request.whole - request.left;
    let share = if request.whole > 0.0 { Ok(used / request.whole) } else { Err(Withheld::ZeroDenominator) };
    let elapsed = request.days.map(|(from, to)| {
        let (over, all) = ((request.today - from).clamp(0, to - from + 1), (to - from + 1).max(1));
        over as f64 / all as f64
    });
    let ahead = share.is_ok_and(|share| elapsed.is_some_and(|elapsed| share > elapsed + AHEAD));
    let light = if ahead || request.left <= 0.0 { Light::Amber } else { Light::Green };
    Pace {
        what: request.what.to_owned(),
        name: request.name.to_owned(),
        label: request.label.map(str::to_owned),
        window: request.window.to_owned(),
        unit: request.unit,
        whole: request.whole,
        used,
        share: share.into(),
        from: request.days.and_then(|(from, _)| print::day(from)),
        to: request.days.and_then(|(_, to)| print::day(to)),
        elapsed: elapsed.map_or_else(|| Figure::from(Err(Withheld::NotRegistered)), |elapsed| Figure::from(Ok(elapsed))),
        light,
        sentence: sentence(request, used, share.ok(), elapsed),
    }
}

fn sentence(request: &PaceRequest, used: f64, share: Option<f64>, elapsed: Option<f64>) -> Words {
    let amount = |value: f64| match request.unit {
        Unit::Money => print::level(Unit::Money, value),
        _ => Words::same(print::count(value)),
    };
    let (used_words, whole) = (amount(used), amount(request.whole));
    let part = share.map(print::percent).unwrap_or_default();
    let (verb, verb_zh) = if request.what == "budget" { ("spent", "已用") } else { ("taken or held", "已占用") };
    let mut en = format!("{} of {} {verb} ({part})", used_words.en, whole.en);
    let mut zh = format!("{verb_zh} {} / {}（{part}）", used_words.zh, whole.zh);
    if !request.window.is_empty() {
        en += &format!(", {}", request.window);
        zh += &format!("，{}", request.window);
    }
    if let Some(elapsed) = elapsed {
        let time = print::percent(elapsed);
        en += &format!(" after {time} of the time");
        zh += &format!("，时间已过 {time}");
    }
    let (more_en, more_zh) = match (share, elapsed, request.days) {
        _ if request.left <= 0.0 => (String::from("; nothing is left"), String::from("；已用完")),
        (Some(share), Some(elapsed), Some((from, to))) if share > 0.0 && elapsed > 0.0 && elapsed < 1.0 => {
            if share > elapsed {
                #[allow(clippy::cast_possible_truncation, reason = "days of a few years")]
                let lasts = (((to - from + 1) as f64) * elapsed / share).floor() as i64;
                let until = print::day(from + lasts).unwrap_or_default();
                (format!("; at this pace it lasts until {until}"), format!("；按此进度约到 {until} 用完"))
            } else {
                let rest = print::percent(1.0 - share / elapsed);
                (format!("; at this pace {rest} will be left over"), format!("；按此进度将剩余 {rest}"))
            }
        }
        _ => (String::new(), String::new()),
    };
    Words::new(en + &more_en, zh + &more_zh)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(left: f64) -> PaceRequest<'static> {
        // 100 days from 1970-01-11 on, of which 50 are over.
        PaceRequest {
            what: "budget",
            name: "care",
            label: None,
            window: "",
            unit: Unit::Money,
            whole: 1000.0,
            left,
            days: Some((10, 109)),
            today: 60,
        }
    }

    #[test]
    fn spending_beside_time() {
        let fast = pace(&request(200.0));
        assert_eq!((fast.light, fast.share.known(), fast.elapsed.known()), (Light::Amber, Some(0.8), Some(0.5)));
        // 62 of the 100 days.
        assert_eq!(
            fast.sentence.en,
            "800.00 yuan of 1,000.00 yuan spent (80.0%) after 50.0% of the time; at this pace it lasts until 1970-03-14"
        );
        assert_eq!(fast.sentence.zh, "已用 800.00元 / 1,000.00元（80.0%），时间已过 50.0%；按此进度约到 1970-03-14 用完");
        let slow = pace(&request(600.0));
        assert_eq!(slow.light, Light::Green);
        assert!(slow.sentence.en.ends_with("at this pace 20.0% will be left over"), "{}", slow.sentence.en);
        let gone = pace(&request(0.0));
        assert!(gone.light == Light::Amber && gone.sentence.en.ends_with("nothing is left"), "{}", gone.sentence.en);
    }

    #[test]
    fn without_days_there_is_no_pace_and_without_a_budget_no_share() {
        let own = pace(&PaceRequest { days: None, ..request(600.0) });
        assert_eq!((own.light, own.elapsed.known(), own.from), (Light::Green, None, None));
        assert_eq!(own.sentence.en, "400.00 yuan of 1,000.00 yuan spent (40.0%)");
        assert_eq!(pace(&PaceRequest { whole: 0.0, left: 0.0, ..request(0.0) }).share.known(), None);
    }
}
