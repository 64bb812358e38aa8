//! The `strat` command from outside: exit codes, streams, languages, formats.

use assert_cmd::Command;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// The bytes of a stream as text.
fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The bytes of a stream as one JSON document.
fn json(bytes: &[u8]) -> serde_json::Value {
    serde_json::from_slice(bytes).unwrap()
}

fn strat(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strat"));
    command.current_dir(folder);
    for name in ["STRAT_LANG", "LC_ALL", "LANG", "NO_COLOR", "FORCE_COLOR"] {
        command.env_remove(name);
    }
    command
}

fn place() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn help_is_a_result_and_nothing_said_is_a_mistake() {
    let place = place();
    let help = strat(place.path()).arg("--help").assert().code(0).get_output().clone();
    assert!(text(&help.stdout).contains("Usage: strat"));
    let nothing = strat(place.path()).assert().code(2).get_output().clone();
    assert!(nothing.stdout.is_empty() && text(&nothing.stderr).contains("Usage: strat"));
}

#[test]
fn help_speaks_chinese_wherever_the_language_is_set() {
    let place = place();
    let expected = "检查程序中的问题";
    let from_flag = strat(place.path()).args(["check", "--help", "--lang", "zh"]).assert().code(0).get_output().clone();
    assert!(text(&from_flag.stdout).contains(expected));
    for name in ["STRAT_LANG", "LC_ALL", "LANG"] {
        let output = strat(place.path()).env(name, "zh_CN.UTF-8").args(["check", "--help"]).assert().code(0).get_output().clone();
        assert!(text(&output.stdout).contains(expected) && !text(&output.stdout).contains("Options"), "{name}");
    }
    let english = strat(place.path()).env("STRAT_LANG", "zh").args(["check", "--help", "--lang", "en"]).assert().get_output().clone();
    assert!(!text(&english.stdout).contains(expected));
}

#[test]
fn a_wrong_command_line_says_what_was_meant() {
    let place = place();
    let output = strat(place.path()).arg("chekc").assert().code(2).get_output().clone();
    assert!(text(&output.stderr).contains("did you mean `check`?"));
    let chinese = strat(place.path()).args(["--lang", "zh", "check", "--fxi"]).assert().code(2).get_output().clone();
    assert!(text(&chinese.stderr).contains("不认识 `--fxi`") && text(&chinese.stderr).contains("是不是 `--fix`？"));
}

#[test]
fn whoever_asks_for_json_gets_json_even_on_failure() {
    let place = place();
    fs::write(place.path().join("strat.toml"), "entyr = \"main.strat\"\n").unwrap();
    let cases: [(&[&str], &str); 4] = [
        (&["check", "nothing.strat"], "unreadable-file"),
        (&["check", "."], "unknown-setting"),
        (&["run", "--out"], "bad-command-line"),
        (&["explain", "no-such-problem"], "unknown-problem-name"),
    ];
    for (words, slug) in cases {
        let output = strat(place.path()).args(["--format", "json"]).args(words).assert().code(2).get_output().clone();
        let value = json(&output.stdout);
        assert_eq!(value["problems"][0]["slug"], slug, "{words:?}");
        assert!(output.stderr.is_empty(), "{words:?}");
    }
    let sarif = strat(place.path()).args(["check", "nothing.strat", "--format", "sarif"]).assert().code(2).get_output().clone();
    assert_eq!(json(&sarif.stdout)["version"], "2.1.0");
}

#[test]
fn files_in_another_encoding_do_not_hide_the_others() {
    let place = place();
    fs::write(place.path().join("gbk.strat"), b"segment \xbf\xcd\xbb\xa7 = true\n").unwrap();
    fs::write(place.path().join("other.strat"), b"# nothing\n\xff").unwrap();
    let output = strat(place.path()).args(["check", "--format", "short"]).assert().code(2).get_output().clone();
    let expected = "gbk.strat:1:9: error[not-utf8] the file is not UTF-8 text; it looks like GB18030\n\
                    other.strat:2:1: error[not-utf8] the file is not UTF-8 text\n\
                    2 errors in 2 files\n";
    assert_eq!(text(&output.stdout), expected);
}

#[test]
fn a_selection_of_nothing_is_no_success() {
    let place = place();
    for command in ["check", "fmt"] {
        let output = strat(place.path()).args([command, "--format", "short"]).assert().code(2).get_output().clone();
        assert!(text(&[output.stdout, output.stderr].concat()).contains("no-programs-found"));
    }
}

#[test]
fn the_version_can_be_asked_for_in_every_usual_way() {
    let place = place();
    for words in [&["version"][..], &["--version"], &["-V"]] {
        let output = strat(place.path()).args(words).assert().code(0).get_output().clone();
        assert_eq!(text(&output.stdout), format!("strat {}\n", env!("CARGO_PKG_VERSION")));
    }
    let output = strat(place.path()).args(["version", "--format", "json"]).assert().code(0).get_output().clone();
    assert_eq!(json(&output.stdout)["strat_version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn pages_are_printed_and_listed() {
    let place = place();
    let page = strat(place.path()).args(["explain", "unknown-setting"]).assert().code(0).get_output().clone();
    assert!(text(&page.stdout).contains("## Right"));
    let list = strat(place.path()).args(["explain", "--list"]).assert().code(0).get_output().clone();
    assert!(text(&list.stdout).lines().any(|line| line == "not-utf8"));
}

#[test]
fn colours_follow_flag_and_environment() {
    let place = place();
    let coloured = |command: &mut Command| text(&command.arg("chekc").assert().code(2).get_output().stderr).contains('\u{1b}');
    assert!(!coloured(&mut strat(place.path())));
    assert!(coloured(strat(place.path()).env("FORCE_COLOR", "1")));
    assert!(!coloured(strat(place.path()).env("FORCE_COLOR", "1").env("NO_COLOR", "1")));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = place();
    let command = format!("'{}' --help | head -n 1; '{}' explain --list | true", env!("CARGO_BIN_EXE_strat"), env!("CARGO_BIN_EXE_strat"));
    let output = Command::new("sh").args(["-c", &command]).current_dir(place.path()).assert().code(0).get_output().clone();
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
}

/// How a command that waits for its input ends when it is interrupted after this long.
#[cfg(unix)]
fn interrupted_after(milliseconds: u64) -> Option<i32> {
    let place = place();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_strat"))
        .args(["fmt", "-"])
        .current_dir(place.path())
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(milliseconds));
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    child.wait().unwrap().code()
}

#[cfg(unix)]
#[test]
fn an_interrupted_command_ends_with_130() {
    // On a busy machine the signal may come before the command has begun to listen; then it is given more time.
    assert!([50, 200, 800, 3_000].into_iter().any(|delay| interrupted_after(delay) == Some(130)));
}
