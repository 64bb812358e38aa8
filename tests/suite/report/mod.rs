//! The HTML report: what it holds, what it must never hold, and how it looks in a browser.

mod adaptive;
mod browser;
mod build;
mod colours;
mod content;
mod course;
mod samples;

use strat::evaluate::evaluation::Evaluation;

/// Every sample by name.
pub fn all() -> Vec<(&'static str, Evaluation)> {
    let mut several = adaptive::adaptive();
    several.trials.extend(samples::versions().trials);
    several.trials.extend(samples::calls().trials);
    several.trials.push(build::trial("new_idea", "刚刚上线", "strategy"));
    vec![
        ("versions", samples::versions()),
        ("emails", samples::emails()),
        ("calls", samples::calls()),
        ("adaptive", adaptive::adaptive()),
        ("several", several),
        ("hostile", content::hostile()),
    ]
}

/// Writes all pages into the folder that `STRAT_PAGES` names, for somebody who wants to look at them.
#[test]
fn pages_can_be_kept() {
    use strat::diag::Language;
    let kept = std::env::var_os("STRAT_PAGES").map(std::path::PathBuf::from);
    for (name, evaluation) in all().into_iter().chain([("large", content::large(12))]) {
        for (language, word) in [(Language::English, "en"), (Language::Chinese, "zh")] {
            let page = strat::report::html(&evaluation, language);
            assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"), "{name}");
            if let Some(folder) = &kept {
                std::fs::create_dir_all(folder).unwrap();
                std::fs::write(folder.join(format!("{name}-{word}.html")), page).unwrap();
            }
        }
    }
}
