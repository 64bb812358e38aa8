//! Inputs that are not as they should be, and folders that are not ours.

use super::{assert_exit, copy_tree, example, lists, plain, results, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

const NAME: &str = "first_100_rate_uplift";

/// A copy of the example to break.
fn project() -> (TempDir, PathBuf, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let project = place.path().join("project");
    copy_tree(&example(NAME), &project);
    let out = place.path().join("out");
    (place, project, out)
}

fn change(path: &Path, change: impl FnOnce(String) -> Vec<u8>) {
    let text = fs::read_to_string(path).unwrap();
    fs::write(path, change(text)).unwrap();
}

fn slugs(output: &Output) -> Vec<String> {
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    value["problems"].as_array().unwrap().iter().map(|problem| problem["slug"].as_str().unwrap().to_owned()).collect()
}

/// The problems of a run that must end with 2 and write nothing.
fn refused(project: &Path, out: &Path) -> Vec<String> {
    let output = run(project, out, &["--format", "json"]);
    assert_exit(&output, 2);
    assert!(!out.exists(), "a failed run left results");
    assert!(output.stderr.is_empty());
    slugs(&output)
}

#[test]
fn a_folder_of_others_is_left_alone() {
    let (_place, project, out) = project();
    fs::create_dir(&out).unwrap();
    fs::write(out.join("notes.txt"), "mine").unwrap();
    let output = run(&project, &out, &["--format", "json"]);
    assert_exit(&output, 4);
    assert_eq!(slugs(&output), ["output-not-ours"]);
    assert_eq!(super::read_tree(&out), super::Tree::from([(String::from("notes.txt"), b"mine".to_vec())]));
}

#[test]
fn a_missing_column_is_named() {
    let (_place, project, out) = project();
    change(&project.join("data/accounts.csv"), |text| text.replacen("balance", "rest", 1).into_bytes());
    assert!(refused(&project, &out).contains(&String::from("missing-column")));
}

#[test]
fn a_missing_file_is_named() {
    let (_place, project, out) = project();
    fs::remove_file(project.join("data/accounts.csv")).unwrap();
    assert!(refused(&project, &out).contains(&String::from("missing-table")));
}

#[test]
fn files_that_are_cut_off_or_something_else_are_no_panic() {
    let whole = &plain(NAME)["actions.parquet"];
    let contents: [(&str, Vec<u8>); 5] = [
        ("parquet", whole[..whole.len() / 2].to_vec()),
        ("parquet", whole[whole.len() - 40..].to_vec()),
        ("parquet", b"customer_id\nC1\n".to_vec()),
        ("parquet", whole.clone()),
        ("csv.gz", b"\x1f\x8b\x08\x00not packed".to_vec()),
    ];
    for (form, bytes) in contents {
        let (_place, project, out) = project();
        fs::remove_file(project.join("data/customers.csv")).unwrap();
        fs::write(project.join(format!("data/customers.{form}")), bytes).unwrap();
        assert!(!refused(&project, &out).is_empty(), "{form}");
    }
}

#[test]
fn rows_that_are_no_rows_are_no_panic() {
    let broken: [fn(String) -> Vec<u8>; 5] = [
        |_| Vec::new(),
        |text| text.replacen('\n', "\n\"", 1).into_bytes(),
        |text| text.replacen("C1,", "C1,x,y,z,", 1).into_bytes(),
        |text| [text.as_bytes(), b"\xff\xfe\x00\x81"].concat(),
        |text| [text.clone(), text].concat().into_bytes(),
    ];
    for (at, broken) in broken.into_iter().enumerate() {
        let (_place, project, out) = project();
        change(&project.join("data/customers.csv"), broken);
        assert!(!refused(&project, &out).is_empty(), "case {at}");
    }
}

#[test]
fn a_file_in_gb18030_reads_like_one_in_utf8() {
    let (_place, project, out) = project();
    change(&project.join("data/customers.csv"), |text| {
        let (bytes, _, failed) = encoding_rs::GB18030.encode(&text);
        assert!(!failed && bytes.as_ref() != text.as_bytes(), "the example needs Chinese names");
        bytes.into_owned()
    });
    assert_exit(&run(&project, &out, &[]), 0);
    assert_eq!(lists(&results(&out)), lists(plain(NAME)));
}

/// Without the part that runs networks a model from a file is refused by name, before any data is read.
#[cfg(not(feature = "onnx"))]
#[test]
fn a_model_from_a_file_names_the_build_that_can_run_it() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("churn.onnx"), b"any").unwrap();
    fs::write(place.path().join("churn.strat"), include_str!("../blocks/model_file.strat")).unwrap();
    fs::write(place.path().join("strat.toml"), "entry = \"churn.strat\"\ndata = \"nowhere\"\nas_of = 2025-06-30\n").unwrap();
    let refused = run(place.path(), &place.path().join("out"), &[]);
    assert_exit(&refused, 2);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("model-needs-another-build") && said.contains("cargo build --release --features onnx"), "{said}");
    assert!(!place.path().join("out").exists());
}
