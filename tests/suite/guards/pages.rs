//! The pages of problems: one per slug, each with a wrong and a right example.

use super::source_text::{SourceText, files, root, sources};
use std::collections::BTreeMap;
use std::fs;

/// A fenced block of a page.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// The second-level heading above it: `Wrong`, `Right`.
    pub section: String,
    /// The word after the fence: `strat`, `toml`, `sh`.
    pub language: String,
    pub code: String,
}

/// All fenced blocks of a Markdown page, in order. Running the `strat` ones is the business of the suite that can check programs.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut section = String::new();
    let mut open: Option<Block> = None;
    let mut found = Vec::new();
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                open = Some(Block { section: section.clone(), language: language.trim().into(), code: String::new() });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(block), None) => {
                block.code.push_str(line);
                block.code.push('\n');
            }
            (None, None) => {
                if let Some(heading) = line.strip_prefix("## ") {
                    section = heading.trim().into();
                }
            }
        }
    }
    found
}

/// Every slug declared outside tests and where.
pub fn slugs() -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in sources() {
        for (slug, line) in slugs_of(&source) {
            found.entry(slug).or_default().push(format!("{}:{line}", source.path));
        }
    }
    found
}

/// In every `static NAME: ProblemKind = …;` the field `slug`, or else the first text, which is what a constructor takes; in a
/// file with a `problems! { … }` block, every field `slug`.
fn slugs_of(source: &SourceText) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    if source.code.contains("problems! {") {
        let field = "slug: \"";
        let quoted = |at: usize| source.text[at + field.len()..].split('"').next().unwrap_or("").to_owned();
        found.extend(source.code.match_indices(field).map(|(at, _)| (quoted(at), source.line(at))));
        return found;
    }
    for (at, start) in source.code.match_indices(": ProblemKind =") {
        let item = source.code[at..].split(';').next().unwrap_or("");
        let from = item.find("slug: \"").unwrap_or(start.len());
        let Some(quote) = item[from..].find('"') else { continue };
        let slug = source.text[at + from + quote + 1..].split('"').next().unwrap_or("");
        found.push((slug.to_owned(), source.line(at)));
    }
    found
}

#[test]
fn slugs_are_found_in_both_ways_of_writing() {
    let text = "static A: ProblemKind = ProblemKind { severity: x, slug: \"a-b\" };\nstatic B: ProblemKind = kind(\n \"c\", \"d;\");";
    let source = SourceText { path: "src/x.rs".into(), text: text.into(), code: super::source_text::mask(text) };
    assert_eq!(slugs_of(&source), [("a-b".into(), 1), ("c".into(), 2)]);
    let text = "super::problems! {\n    A: Error, slug: \"a-b\",\n        title: [\"x\", \"y\"];\n    B: Error, slug: \"c\";\n}";
    let source = SourceText { path: "src/y.rs".into(), text: text.into(), code: super::source_text::mask(text) };
    assert_eq!(slugs_of(&source), [("a-b".into(), 2), ("c".into(), 4)]);
}

fn is_kebab_case(slug: &str) -> bool {
    let plain = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    slug.split('-').all(plain)
}

#[test]
fn every_slug_is_kebab_case_and_used_once() {
    let wrong: Vec<_> = slugs().into_iter().filter(|(slug, places)| places.len() > 1 || !is_kebab_case(slug)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_problem_has_a_page_with_a_wrong_and_a_right_example() {
    let mut missing = Vec::new();
    for (slug, places) in slugs() {
        let path = root().join(format!("docs/errors/{slug}.md"));
        let Ok(page) = fs::read_to_string(&path) else {
            missing.push(format!("docs/errors/{slug}.md, declared in {}", places.join(", ")));
            continue;
        };
        let blocks = blocks(&page);
        for section in ["Wrong", "Right"] {
            if !blocks.iter().any(|block| block.section == section) {
                missing.push(format!("docs/errors/{slug}.md: a block under `## {section}`"));
            }
        }
    }
    assert!(missing.is_empty(), "missing:\n{}", missing.join("\n"));
}

#[test]
fn every_page_belongs_to_a_problem() {
    let known = slugs();
    let orphans: Vec<_> = files("docs/errors", "md")
        .into_iter()
        .filter(|path| path.file_stem().is_none_or(|stem| !known.contains_key(&*stem.to_string_lossy())))
        .collect();
    assert!(orphans.is_empty(), "pages without a problem: {orphans:#?}");
}

#[test]
fn blocks_know_their_section() {
    let page = "# x\n\n## Wrong\n\n```strat\na\n# b\n```\n\n## Right\n\n```strat\nc\n```\n";
    let found = blocks(page);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0], Block { section: "Wrong".into(), language: "strat".into(), code: "a\n# b\n".into() });
    assert_eq!(found[1].section, "Right");
}
