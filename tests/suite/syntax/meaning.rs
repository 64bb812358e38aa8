//! What the tree says: strength of operators, comments attached, names that look like words of the language, line breaks.

use super::drafts::samples;
use super::{found, names, read, shape, words_of};
use strat::syntax::ast::{ExpressionKind, ItemKind, Literal};

#[test]
fn line_breaks_carry_no_meaning() {
    for (name, text) in samples() {
        let words = words_of(&text);
        let (line, column) = (words.join(" "), words.join("\n\n  "));
        let expected = shape_without_documentation(&text);
        assert_eq!(found(&line), Vec::<String>::new(), "{name} on one line");
        assert_eq!(shape_without_documentation(&line), expected, "{name} on one line");
        assert_eq!(shape_without_documentation(&column), expected, "{name} spread");
    }
}

/// The tree without places, comments and documentation.
fn shape_without_documentation(text: &str) -> String {
    let shape = shape(&read(text).file);
    let mut lines: Vec<&str> = Vec::new();
    let mut skip = 0;
    for line in shape.lines() {
        if line.trim_start().starts_with("documentation: Some(") || line.trim_start().starts_with("allows: [") && !line.ends_with("],") {
            skip = line.len() - line.trim_start().len() + 1;
            continue;
        }
        if skip > 0 {
            let indent = line.len() - line.trim_start().len();
            if indent + 1 == skip {
                skip = 0;
            }
            continue;
        }
        if line.trim_start() != "documentation: None," && line.trim_start() != "allows: []," {
            lines.push(line);
        }
    }
    lines.join("\n")
}

fn same(left: &str, right: &str) {
    let (left_file, right_file) = (read(&format!("feature f = {left}")), read(&format!("feature f = {right}")));
    assert!(left_file.problems.is_empty() && right_file.problems.is_empty(), "{left} {right}");
    assert_eq!(shape(&left_file.file), shape(&right_file.file), "{left} / {right}");
}

#[test]
fn strength_of_operators() {
    same("not a = b", "not (a = b)");
    same("a or b and not c", "a or (b and (not c))");
    same("score ?? 10% * m", "(score ?? 10%) * m");
    same("-x ?? 1", "-(x ?? 1)");
    same("a - b - c", "(a - b) - c");
    same("a + b * c > d", "(a + (b * c)) > d");
    same("a / b * c", "(a / b) * c");
    same("a in [b] and c not in [d] or e is missing", "((a in [b]) and (c not in [d])) or (e is missing)");
    same("days since a >= 14", "(days since a) >= 14");
}

#[test]
fn names_that_look_like_words() {
    let names_only = [
        "order",
        "after_sales",
        "in_stock",
        "last_login",
        "notable",
        "isolated",
        "android",
        "limit",
        "since",
        "last",
        "沉睡天数",
        "whenever",
        "text",
        "event",
        "value",
    ];
    for name in names_only {
        let text = format!(
            "feature {name} = sum({name} where {name} = 1, last 3 days) + {name}.{name}\nentity e {{ {name} : text {name}_2 : text }}"
        );
        assert_eq!(found(&text), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn comments_belong_to_what_follows() {
    let text = "## file\n## two\nuse a\n\n## lost\n\n## kept\n# strat: allow(unused-name) a reason\nparam p = 1\n## column\nentity e {\n  ## doc of x\n  x : text\n  # strat: allow(inner) why\n  y : text\n}\n# strat: alow(x)\nparam q = 1\n";
    let parsed = read(text);
    assert_eq!(found(text), ["17 unreadable-suppression"]);
    assert_eq!(parsed.file.documentation.as_deref(), Some("file\ntwo"));
    let items = &parsed.file.items;
    assert_eq!(items[0].documentation, None);
    assert_eq!(items[1].documentation.as_deref(), Some("kept"));
    assert_eq!((items[1].allows[0].slug.text.as_str(), items[1].allows[0].reason.as_str()), ("unused-name", "a reason"));
    let span = items[1].allows[0].slug.span;
    assert_eq!(&text[span.start as usize..span.end as usize], "unused-name");
    assert_eq!(items[2].documentation.as_deref(), Some("column"));
    assert_eq!(items[2].allows[0].slug.text, "inner");
    let ItemKind::Table(table) = &items[2].kind else { panic!("the table") };
    assert_eq!(table.columns[0].documentation.as_deref(), Some("doc of x"));
    let first = read("## about p\nparam p = 1");
    assert_eq!((first.file.documentation.as_deref(), first.file.items[0].documentation.as_deref()), (None, Some("about p")));
}

#[test]
fn numbers_are_exact() {
    for (written, mantissa, scale) in [
        ("50_000", 50_000, 0),
        ("1.50", 150, 2),
        ("50万", 500_000, 0),
        ("2.3万", 23_000, 0),
        ("0.12345万", 12345, 1),
        ("1亿", 100_000_000, 0),
    ] {
        let parsed = read(&format!("param p = {written}元"));
        let ItemKind::Param(param) = &parsed.file.items[0].kind else { panic!("the param") };
        let ExpressionKind::Literal(Literal::Money(decimal)) = *param.value.kind else { panic!("{:?}", param.value) };
        assert_eq!((decimal.mantissa, decimal.scale), (mantissa, scale), "{written}");
    }
    assert_eq!(names(&read("param p = 3 days param q = 3天").file), ["p", "q"]);
}

#[test]
fn spans_hug_what_was_written() {
    let text = "feature f = a  # comment\n\nfeature g = sum(b)   \n";
    for (item, written) in read(text).file.items.iter().zip(["feature f = a", "feature g = sum(b)"]) {
        assert_eq!(&text[item.span.start as usize..item.span.end as usize], written);
    }
}

#[test]
fn problems_have_unique_slugs_and_both_languages() {
    let mut slugs: Vec<&str> = strat::syntax::problems::ALL.iter().map(|kind| kind.slug).collect();
    slugs.sort_unstable();
    let count = slugs.len();
    slugs.dedup();
    assert_eq!(slugs.len(), count);
    for kind in strat::syntax::problems::ALL {
        assert!(!kind.title.en.is_empty() && !kind.title.zh.is_empty() && !kind.title.en.ends_with('.'), "{}", kind.slug);
    }
}
