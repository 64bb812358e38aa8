//! `strat tune` from outside: the patch that `git apply` and `patch` take, refusals, and both languages.

use assert_cmd::Command;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const PROGRAM: &str = "use std.schema
subject customers

param wait     = 3 days in 1 days .. 9 days  # between two texts
param held_out = 10%    in 5% .. 30%

template hi for sms = \"您好，欢迎您。退订回T\"

strategy greet \"欢迎\" {
  class service
  purpose \"service\"
  on while status = \"active\" again after wait
  # agreed with branches in May
  arms { long 45%  short 45%  control 10% }
  plan { by arm { long -> send sms using hi  short -> send sms using hi } }
}

strategy keep \"挽留\" {
  class service
  purpose \"service\"
  on while status = \"active\" again after 30 days
  arms { kept 100% - held_out  control held_out }
  plan { send sms using hi }
}
";

fn command(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(folder);
    for name in ["STRAT_LANG", "LC_ALL", "LANG", "NO_COLOR", "FORCE_COLOR"] {
        command.env_remove(name);
    }
    command
}

fn strat(folder: &Path) -> Command {
    command(env!("CARGO_BIN_EXE_strat"), folder)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A project in `bank/` of a repository, and its program's hash.
fn project() -> (TempDir, String) {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("bank");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("strat.toml"), "entry = \"main.strat\"\n").unwrap();
    fs::write(folder.join("main.strat"), PROGRAM).unwrap();
    command("git", place.path()).args(["init", "-q", "."]).assert().success();
    strat(place.path()).args(["compile", "bank", "--out", "compiled"]).assert().code(0);
    let hash = blake3::hash(&fs::read(place.path().join("compiled")).unwrap()).to_hex().to_string();
    (place, hash)
}

fn proposal(slug: &str, what: &str, to: &str) -> Value {
    json!({
        "slug": slug, "what": what, "from": "", "to": to, "next_units": 4200.0, "next_date": "2025-08-01",
        "because": { "en": "ahead by 0.62 pp (0.31 to 0.93)", "zh": "高出 0.62 个百分点（0.31 至 0.93）" },
    })
}

fn judge(place: &Path, hash: &str, trials: &[(&str, Vec<Value>)]) {
    let words = json!({ "en": "", "zh": "" });
    let trial = |(name, proposals): &(&str, Vec<Value>)| {
        let mut report = json!({
            "name": name, "label": null, "owner": null, "kind": "strategy", "randomised": true, "because": null,
            "first_entry": "2025-05-20 00:00", "last_entry": null, "days": null, "alpha": 0.05, "looks": "once",
            "verdict": {
                "rule": "R7", "title": words, "met": "not_yet_knowable", "sentence": words, "action": words, "would_change": words,
                "arm": null, "findings": [], "by_arm": [],
            },
            "uplift": null, "off_policy": null, "versions": null, "proposals": proposals,
        });
        for list in [
            "trust",
            "goals",
            "arms",
            "money",
            "over_time",
            "exposure",
            "cuts",
            "funnel",
            "survival",
            "adjusted",
            "balance",
            "tests",
            "notes",
        ] {
            report[list] = json!([]);
        }
        report
    };
    let mut report = json!({
        "format": strat::evaluate::evaluation::REPORT_FORMAT, "program": "main.strat", "program_hash": hash,
        "as_of": "2025-07-01 00:00", "trials": trials.iter().map(trial).collect::<Vec<_>>(),
    });
    for list in ["inputs", "metrics", "migrations", "attributions", "lifetimes"] {
        report[list] = json!([]);
    }
    fs::create_dir_all(place.join("judged")).unwrap();
    fs::write(place.join("judged/report.json"), report.to_string()).unwrap();
}

#[test]
fn git_applies_the_patch_and_the_program_is_the_one_that_was_checked() {
    let (place, hash) = project();
    let trials = [
        ("greet", vec![proposal("shares", "long", "60%"), proposal("shares", "short", "30%")]),
        ("keep", vec![proposal("ship", "kept", "95%")]),
    ];
    judge(place.path(), &hash, &trials);
    let output =
        strat(place.path()).args(["tune", "bank", "--from", "judged", "--out", "decisions.patch"]).assert().code(0).get_output().clone();
    assert!(output.stdout.is_empty());
    assert!(text(&output.stderr).contains("2 proposed, nothing applied") && text(&output.stderr).contains("git apply decisions.patch"));
    let main = place.path().join("bank/main.strat");
    assert_eq!(fs::read_to_string(&main).unwrap(), PROGRAM);

    command("git", place.path()).args(["apply", "--check", "decisions.patch"]).assert().success();
    command("git", place.path()).args(["apply", "decisions.patch"]).assert().success();
    let after = fs::read_to_string(&main).unwrap();
    assert!(after.contains("  # agreed with branches in May\n  # tune 2025-07-01 00:00, program "), "{after}");
    assert!(after.contains("  arms { long 60%  short 30%  control 10% }\n") && after.contains("param held_out = 5% "), "{after}");
    assert!(after.contains("# between two texts") && after.contains("arms { kept 100% - held_out  control held_out }"));
    strat(place.path()).args(["fmt", "--check", "bank"]).assert().code(0);
    strat(place.path()).args(["check", "bank"]).assert().code(0);

    // The judgement speaks of the program as it was.
    let again = strat(place.path()).args(["tune", "bank", "--from", "judged"]).assert().code(4).get_output().clone();
    assert!(text(&again.stderr).contains("report-out-of-date") && again.stdout.is_empty());

    // The same patch from the project's own folder, by the other tool, and back again.
    command("git", place.path()).args(["apply", "-R", "decisions.patch"]).assert().success();
    let inside = place.path().join("bank");
    let printed = strat(&inside).args(["tune", "--from", "../judged"]).assert().code(0).get_output().clone();
    command("git", &inside).args(["apply", "-"]).write_stdin(printed.stdout).assert().success();
    assert_eq!(fs::read_to_string(&main).unwrap(), after);
}

#[test]
fn a_program_elsewhere_is_patched_from_its_own_folder() {
    let (place, hash) = project();
    judge(place.path(), &hash, &[("greet", vec![proposal("stop", "short", "0%")])]);
    let elsewhere = place.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let output = strat(&elsewhere).args(["tune", "../bank", "--from", "../judged"]).assert().code(0).get_output().clone();
    assert!(text(&output.stderr).contains("patch -p1 -d ../bank < decisions.patch"));
    command("git", &place.path().join("bank")).args(["apply", "-"]).write_stdin(output.stdout).assert().success();
    let after = fs::read_to_string(place.path().join("bank/main.strat")).unwrap();
    assert!(after.contains("arms { long 45%  short 0%  control 55% }"), "{after}");
}

#[test]
fn the_reason_is_written_in_the_language_asked_for_and_what_cannot_be_is_said() {
    let (place, hash) = project();
    judge(place.path(), &hash, &[("greet", vec![proposal("shares", "long", "50%")]), ("keep", vec![proposal("shares", "kept", "60%")])]);
    let output = strat(place.path()).args(["tune", "bank", "--from", "judged", "--lang", "zh"]).assert().code(0).get_output().clone();
    let patch = text(&output.stdout);
    assert!(
        patch.contains("+  # tune 2025-07-01 00:00，程序 ") && patch.contains("+  # tune 高出 0.62 个百分点（0.31 至 0.93）"),
        "{patch}"
    );
    assert!(patch.contains("+  # tune 下次决策：4,200 位客户，2025-08-01"), "{patch}");
    let said = text(&output.stderr);
    assert!(said.contains("`held_out` 需要取 40%，超出它的范围 5% .. 30%") && said.contains("共 1 处提议，尚未应用"), "{said}");

    let output = strat(place.path()).args(["tune", "bank", "--from", "judged", "--format", "json"]).assert().code(0).get_output().clone();
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["changes"][0]["edits"][0], json!({ "line": 14, "column": 15, "from": "45%", "to": "50%" }));
    assert_eq!(value["changes"][0]["file"], "bank/main.strat");
    assert_eq!(value["not_applied"][0]["trial"], "keep");
    assert!(value["patch"].as_str().unwrap().starts_with("--- a/bank/main.strat\n+++ b/bank/main.strat\n"));
}

#[test]
fn nothing_to_propose_is_said_and_other_files_are_refused() {
    let (place, hash) = project();
    judge(place.path(), &hash, &[("greet", vec![proposal("keep", "long", "45%")])]);
    let output =
        strat(place.path()).args(["tune", "bank", "--from", "judged", "--out", "none.patch"]).assert().code(0).get_output().clone();
    assert!(output.stdout.is_empty() && text(&output.stderr).contains("nothing to propose"));
    assert!(!place.path().join("none.patch").exists());

    let slug = |folder: &str, exit: i32| {
        let output =
            strat(place.path()).args(["tune", folder, "--from", "judged", "--format", "json"]).assert().code(exit).get_output().clone();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["problems"][0]["slug"].as_str().unwrap().to_owned()
    };
    assert_eq!(slug("compiled", 2), "no-text-to-edit");
    fs::write(place.path().join("judged/report.json"), "{}").unwrap();
    assert_eq!(slug("bank", 2), "unreadable-report");
    fs::remove_file(place.path().join("judged/report.json")).unwrap();
    assert_eq!(slug("bank", 2), "unreadable-file");
}

#[test]
fn an_edit_that_the_checker_refuses_is_not_offered() {
    let (place, hash) = project();
    judge(place.path(), &hash, &[("greet", vec![proposal("param", "wait", "3元")])]);
    let output = strat(place.path()).args(["tune", "bank", "--from", "judged"]).assert().code(1).get_output().clone();
    assert!(output.stdout.is_empty() && !output.stderr.is_empty());
}
