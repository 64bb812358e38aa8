//! The first table of a page with several trials: one line each.

use super::super::markup::Markup;
use super::super::voice::Voice;
use super::scene::{Scene, spoken};
use super::table::{Cell, Table};
use super::verdict::met_words;
use super::{icons, money};

/// Lines on a page; a program with more trials has the others in `report.json`.
const MOST: usize = 150;

/// Lines for all trials; nothing where there is only one. The first `shown` have an article to go to.
#[must_use]
pub fn content(scenes: &[Scene<'_>], shown: usize, voice: Voice) -> Markup {
    if scenes.len() < 2 {
        return Markup::default();
    }
    let heads = [
        voice.say("Trial", "试验"),
        voice.say("Goal", "目标"),
        voice.say("Result", "结果"),
        voice.say("Net", "净收益"),
        voice.say("Verdict", "结论"),
        voice.say("What to do", "建议动作"),
    ];
    let mut table = Table::new(voice.say("All trials", "全部试验"), &heads).cards();
    for scene in scenes {
        let verdict = &scene.trial.verdict;
        let name = Markup::label(scene.trial.label.as_deref(), &scene.trial.name);
        let link = if scene.number <= shown { Markup::written(format!("<a href=\"#t{}\">{name}</a>", scene.number)) } else { name };
        let shown = icons::shown(verdict.met, scene.trial.randomised);
        let chip = icons::met(shown)
            .then(&Markup::text(met_words(voice, verdict.met, scene.trial.randomised)))
            .inside("span", &format!("chip st-{}", icons::state(shown)));
        let result = scene.decisive().map_or_else(
            || super::scene::withheld(voice.say("no goal registered", "未登记目标")),
            |row| spoken(&voice.estimate(row.unit, &row.difference)),
        );
        table.row(vec![
            Cell::words(link),
            Cell::words(chip),
            Cell::words(result),
            Cell::words(money::net_of(scene)),
            Cell::words(Markup::text(&verdict.rule).then(&Markup::text(" · ")).then(&scene.words(&verdict.title))),
            Cell::words(scene.words(&verdict.action)),
        ]);
    }
    let head = Markup::text(voice.say("All trials at a glance", "试验总览")).inside("h2", "ovh");
    Markup::written(format!("<section class=\"ov\" id=\"all\">{head}{}</section>", table.at_most(MOST, voice).block()))
}
