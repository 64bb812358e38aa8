//! 8 Funnel and contact: from assigned to reached to the goal, by arm.

use super::super::markup::{Markup, cleaned};
use super::super::plot::{Stage, funnel};
use super::scene::{Scene, count};
use super::table::{Cell, Table, figure};

/// The section's content.
#[must_use]
pub fn content(scene: &Scene<'_>) -> Markup {
    let stages = &scene.trial.funnel;
    let Some(first) = stages.first() else { return Markup::default() };
    let voice = scene.voice;
    let arms = scene.arms();
    let title = scene.say("From assigned to the goal", "从分组到达成");
    let drawn: Vec<Stage> = stages
        .iter()
        .map(|stage| Stage {
            label: cleaned(stage.title.of(voice.language), 60),
            arms: stage
                .counts
                .iter()
                .zip(&first.counts)
                .map(|(many, all)| {
                    let share = (*all > 0).then(|| *many as f64 / *all as f64);
                    let text = share.map_or_else(|| voice.count(*many), |share| format!("{} · {}", voice.count(*many), voice.share(share)));
                    (share, text)
                })
                .collect(),
        })
        .collect();
    let heads: Vec<&str> = [scene.say("Stage", "阶段")].into_iter().chain(arms.iter().map(|arm| arm.1.as_str())).collect();
    let mut data = Table::new(title, &heads);
    for (stage, view) in stages.iter().zip(&drawn) {
        let cells = stage.counts.iter().map(|many| count(voice, *many));
        data.row([Cell::text(&view.label)].into_iter().chain(cells).collect());
    }
    let said = |stage: &Stage| stage.arms.iter().map(|arm| arm.1.clone()).collect::<Vec<_>>().join(" / ");
    let description = drawn.iter().map(|stage| format!("{}: {}", stage.label, said(stage))).collect::<Vec<_>>().join("; ");
    let note = scene.say(
        "Shares are of the customers assigned to the arm; everybody assigned counts, reached or not.",
        "占比以分入该组的客户为分母；无论是否触达均计入。",
    );
    figure(&funnel(title, &description, &arms, &drawn), note, &data, scene.detail, voice)
}
